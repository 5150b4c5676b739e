# SPDX-License-Identifier: Apache-2.0
"""Have the networks of a server be in its cluster before it has cards on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import synnefo_network
from synnefo_compute.sagas import instances
from synnefo_core.sagas import Run, Wait
from synnefo_network import Port


def ports_of(run: Run) -> Sequence[Port]:
    """Return the ports of the server."""
    with run.context.reading():
        return synnefo_network.ports_of(run.context, [run.subject_id]).get(run.subject_id, [])


def reach(run: Run) -> Mapping[str, Any] | Wait:
    """Make one move towards that; what is there stays when the saga turns back.

    Raises:
        NetworkNotMade: The cluster can't.
    """
    networks = {port.network_id for port in ports_of(run)}
    is_done = synnefo_network.reach(run.context, instances.backend_id(run), networks)
    return {"looks": 0} if is_done else instances.waiting(run)
