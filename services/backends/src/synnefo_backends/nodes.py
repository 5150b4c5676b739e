# SPDX-License-Identifier: Apache-2.0
"""The nodes of a cluster, and how evenly they are used."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from synnefo_backends.connections import call, has_facet
from synnefo_backends.registry import find
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend
from synnefo_core.contracts.node_state import NodeState
from synnefo_core.errors import Unbuilt

EVEN = 0.1
"""Nodes are even whose used shares deviate by no more than this from their mean."""


def listing(context: RequestContext, name: str) -> list[NodeState]:
    """Return the nodes of a cluster as they are now, by their names.

    Raises:
        NotFound: There is no such cluster.
        Unbuilt: It does not tell of its nodes.
        DriverError: It did not answer, or not sensibly.
    """
    backend = find(context, name)
    if not has_facet(context, backend.id, "node_states"):
        what = "telling of the nodes of this cluster"
        raise Unbuilt(what)
    return call(context, backend.id, _all)


def _all(backend: ComputeBackend) -> list[NodeState]:
    return backend.node_states.all() if backend.node_states else []


def used_ram(node: NodeState) -> float | None:
    """Return the share of a node's memory that is used, None for one that does not tell."""
    return _used(node.ram_mib, node.free_ram_mib)


def used_disk(node: NodeState) -> float | None:
    """Return the share of its disks that is used, likewise."""
    return _used(node.disk_mib, node.free_disk_mib)


def _used(whole: int | None, free: int | None) -> float | None:
    return None if not whole or free is None else 1.0 - free / whole


def spread(nodes: Iterable[NodeState]) -> tuple[float, float]:
    """Return how far the used shares of memory and of disk deviate over the nodes in use.

    That is the standard deviation, as in what ``hbal`` adds up; 0 where there are no two to compare.
    """
    in_use = [node for node in nodes if not (node.is_offline or node.is_drained)]
    return _deviation(map(used_ram, in_use)), _deviation(map(used_disk, in_use))


def _deviation(shares: Iterable[float | None]) -> float:
    known = [share for share in shares if share is not None]
    return statistics.pstdev(known) if len(known) > 1 else 0.0
