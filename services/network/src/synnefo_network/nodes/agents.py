# SPDX-License-Identifier: Apache-2.0
"""The nodes that keep guests to their documents, as operators see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from synnefo_core.context import RequestContext
from synnefo_core.db.session import changed_rows
from synnefo_core.errors import NotFound
from synnefo_network.nodes import catching_up, changes, spots
from synnefo_network.nodes.changes import Kind
from synnefo_network.nodes.models import LackRow, NodeRow, SpotRow
from synnefo_network.router_models import RouterRow

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
        is_gateway: Whether it says that it can have routers.
        is_drained: Whether an operator wants it to have none.
        routers: How many it has.
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
    is_gateway: bool
    is_drained: bool
    routers: int


def list_node_agents(context: RequestContext) -> list[NodeAgent]:
    """Return all nodes that were ever heard, by clusters and names."""
    behind = catching_up.behind(context)
    with context.reading() as session:
        rows = session.scalars(select(NodeRow).order_by(NodeRow.cluster, NodeRow.name)).all()
        routers = spots.load(session)
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
            is_gateway=row.is_gateway,
            is_drained=row.is_drained,
            routers=routers[row.cluster, row.name],
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


def drain_gateway(context: RequestContext, cluster: str, name: str, *, is_drained: bool) -> None:
    """Have a gateway have no routers, as far as others of its cluster can have them; or let it again.

    Raises:
        NotFound: None of this name was heard in the cluster, or it is no gateway.
    """
    theirs = (NodeRow.cluster == cluster, NodeRow.name == name, NodeRow.is_gateway.is_(True))
    with context.unit_of_work() as session:
        if not changed_rows(session, update(NodeRow).where(*theirs).values(is_drained=is_drained)):
            noun = "gateway"
            raise NotFound(noun, name)
        changes.note(session, Kind.GATEWAYS, cluster)


def list_l3_agents(context: RequestContext, router_id: str) -> list[NodeAgent]:
    """Return the gateway that has a router, in a list; an empty one while none has it.

    Raises:
        NotFound: There is no such router.
    """
    with context.reading() as session:
        if session.get(RouterRow, router_id) is None:
            noun = "router"
            raise NotFound(noun, router_id)
        spot = session.get(SpotRow, router_id)
    if spot is None or spot.problem:
        return []
    agents = list_node_agents(context)
    return [each for each in agents if (each.cluster, each.name) == (spot.cluster, spot.node)]
