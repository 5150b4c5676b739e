# SPDX-License-Identifier: Apache-2.0
"""Nodes as Neutron's agents."""

from __future__ import annotations

from typing import Any

from synnefo_core.clock import iso_naive
from synnefo_network import NodeAgent

_KIND, _L3, _PROGRAM = "Synnefo node agent", "L3 agent", "synnefo-nodenet"


def shown(agent: NodeAgent) -> dict[str, Any]:
    """Return a node's daemon as Neutron shows an agent; a gateway's is one of routers."""
    began, heard = (_written(moment) for moment in (agent.first_at, agent.heard_at))
    return {
        "id": agent.id,
        "agent_type": _L3 if agent.is_gateway else _KIND,
        "binary": _PROGRAM,
        "host": agent.name,
        "topic": "N/A",
        "description": None,
        "alive": agent.is_alive,
        "admin_state_up": not agent.is_drained,
        "availability_zone": None,
        "created_at": began,
        "started_at": began,
        "heartbeat_timestamp": heard,
        "resources_synced": agent.behind == 0 and not agent.problem,
        "configurations": {
            "cluster": agent.cluster,
            "documents": agent.documents,
            "behind": agent.behind,
            **({"routers": agent.routers} if agent.is_gateway else {}),
            **({"problem": agent.problem} if agent.problem else {}),
        },
    }


def _written(moment: float) -> str:
    # As Neutron writes it here, and only here.
    return iso_naive(moment)[:19].replace("T", " ")
