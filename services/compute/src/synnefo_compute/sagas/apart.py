# SPDX-License-Identifier: Apache-2.0
"""Keeping a server apart from others of its group, on the nodes of one cluster."""

from __future__ import annotations

from synnefo_compute import groups
from synnefo_compute.sagas import instances
from synnefo_compute.sagas.instances import JobFailed
from synnefo_core.contracts.compute import Instance
from synnefo_core.sagas import Run


def require(run: Run, instance: Instance, *, backend_id: str = "") -> None:
    """Refuse a node with other servers of a group that is to be apart.

    Where the cluster's allocator heeds our tags this never happens.

    Raises:
        JobFailed: There are as many as may be.
    """
    nodes, most = groups.kept_apart_from(run.context, run.subject_id, backend_id=backend_id)
    here = [node or instances.node_of(run, server_id) for server_id, node in nodes.items()]
    if most and instance.node and here.count(instance.node) >= most:
        msg = "the anti-affinity policy of the server group was violated"
        raise JobFailed(msg)
