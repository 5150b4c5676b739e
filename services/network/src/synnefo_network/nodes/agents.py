# SPDX-License-Identifier: Apache-2.0
"""The nodes that keep guests to their documents, as operators see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import delete, select

from synnefo_core.context import RequestContext
from synnefo_core.db.session import changed_rows
from synnefo_core.errors import NotFound
from synnefo_network.nodes import catching_up
from synnefo_network.nodes.models import LackRow, NodeRow

ALIVE_S = 180.0
"""A node that was not heard for so long is taken for dead: three of its hellos."""

_IDS = uuid.UUID("5f3a3c39-3a4f-4c27-9d42-6f2b4f0f6d3c")


@dataclass(frozen=True)
class NodeAgent:
    """A node.

    Attributes:
        id: Always the same for a name in a cluster.
        documents: How many it has said that it knows.
        behind: How many it is known to lack.
        first_at, heard_at: Seconds since the epoch.
    """

    id: str
    cluster: str
    name: str
    documents: int
    behind: int
    first_at: float
    heard_at: float
    is_alive: bool


def list_node_agents(context: RequestContext) -> list[NodeAgent]:
    """Return all nodes that were ever heard, by clusters and names."""
    behind = catching_up.behind(context)
    with context.reading() as session:
        rows = session.scalars(select(NodeRow).order_by(NodeRow.cluster, NodeRow.name)).all()
    return [
        NodeAgent(
            id=str(uuid.uuid5(_IDS, f"{row.cluster}/{row.name}")),
            cluster=row.cluster,
            name=row.name,
            documents=row.documents,
            behind=behind.get((row.cluster, row.name), 0),
            first_at=row.first_at,
            heard_at=row.heard_at,
            is_alive=row.heard_at + ALIVE_S > context.now(),
        )
        for row in rows
    ]


def forget_node_agent(context: RequestContext, cluster: str, name: str) -> None:
    """Forget a node that is not there any more.

    Raises:
        NotFound: None of this name was heard in the cluster.
    """
    with context.unit_of_work() as session:
        theirs = (NodeRow.cluster == cluster, NodeRow.name == name)
        if not changed_rows(session, delete(NodeRow).where(*theirs)):
            noun = "node"
            raise NotFound(noun, name)
        session.execute(delete(LackRow).where(LackRow.cluster == cluster, LackRow.node == name))
