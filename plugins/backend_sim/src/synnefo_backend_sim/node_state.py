# SPDX-License-Identifier: Apache-2.0
"""See the nodes: the contract's facet ``NodeStates``."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from synnefo_backend_sim.clusterfile import Turn
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S
from synnefo_core.contracts.node_state import NodeState, NodeStates

_NODES = """
    SELECT node.*, (SELECT count(*) FROM instance WHERE instance.node = node.id) AS instances
    FROM node ORDER BY name
"""


@dataclass(frozen=True)
class SimNodeStates(NodeStates):
    """Nodes as their rows say; one that is offline tells no figures."""

    door: FrontDoor

    def all(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[NodeState]:
        return self.door.ask(_all, timeout_s=timeout_s)


def _all(turn: Turn) -> list[NodeState]:
    return [_shown(row) for row in turn.db.execute(_NODES)]


def _shown(row: sqlite3.Row) -> NodeState:
    if not row["is_online"]:
        return NodeState(row["name"], "offline", is_offline=True, instances=row["instances"])
    return NodeState(
        name=row["name"],
        role="regular",
        vcpus=row["vcpus"],
        ram_mib=row["ram_mib"],
        free_ram_mib=row["ram_mib"] - row["used_ram_mib"],
        disk_mib=row["disk_mib"],
        free_disk_mib=row["disk_mib"] - row["used_disk_mib"],
        instances=row["instances"],
    )
