# SPDX-License-Identifier: Apache-2.0
"""The nodes that keep guests to their documents, as operators see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import delete, select, update

import synnefo_backends
from synnefo_core.context import RequestContext
from synnefo_core.db.session import changed_rows
from synnefo_core.errors import Conflict, NotFound
from synnefo_network import networks, routers
from synnefo_network.nodes import catching_up, changes, spots
from synnefo_network.nodes.changes import Kind
from synnefo_network.nodes.models import LackRow, NodeRow, SpotRow
from synnefo_network.presence_models import PresenceRow
from synnefo_network.router_models import RouterRow
from synnefo_network.router_values import Router
from synnefo_network.values import Listing

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
        problem: What is not as it should be there, as it said last; empty if all is.
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
    problem: str


def list_node_agents(context: RequestContext) -> list[NodeAgent]:
    """Return all nodes that were ever heard, by clusters and names."""
    behind = catching_up.behind(context)
    with context.reading() as session:
        rows = session.scalars(select(NodeRow).order_by(NodeRow.cluster, NodeRow.name)).all()
        load = spots.load(session)
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
            routers=load[row.cluster, row.name],
            problem=row.problem,
        )
        for row in rows
    ]


def show_node_agent(context: RequestContext, agent_id: str) -> NodeAgent:
    """Return a node.

    Raises:
        NotFound: None with this id was heard.
    """
    for agent in list_node_agents(context):
        if agent.id == agent_id:
            return agent
    noun = "agent"
    raise NotFound(noun, agent_id)


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


def update_node_agent(context: RequestContext, agent_id: str, *, is_drained: bool) -> NodeAgent:
    """Have a node have no routers, or let it again; return it.

    Raises:
        Conflict: It is no gateway and has none anyway.
        NotFound: None with this id was heard.
    """
    agent = show_node_agent(context, agent_id)
    if agent.is_drained == is_drained:
        return agent
    if not agent.is_gateway:
        raise Conflict(f"node {agent.name} is no gateway: it has no routers that others could have")
    drain_gateway(context, agent.cluster, agent.name, is_drained=is_drained)
    return show_node_agent(context, agent_id)


def list_routers_on(context: RequestContext, agent_id: str) -> list[Router]:
    """Return the routers that a node has, by their ids.

    Raises:
        NotFound: None with this id was heard.
    """
    agent = show_node_agent(context, agent_id)
    query = select(SpotRow.router_id).where(
        SpotRow.cluster == agent.cluster, SpotRow.node == agent.name, SpotRow.problem == ""
    )
    with context.reading() as session:
        ids = list(session.scalars(query))
        return routers.list_routers(context, Listing({"id": ids})) if ids else []


def list_dhcp_agents(context: RequestContext, network_id: str) -> list[NodeAgent]:
    """Return the nodes of the clusters where a network is: each tells its own guests by DHCP.

    Raises:
        NotFound: There is no such network, or the caller may not see it.
    """
    networks.show_network(context, network_id)
    names = {backend.id: backend.name for backend in synnefo_backends.listing(context)}
    query = select(PresenceRow.backend_id).where(PresenceRow.network_id == network_id)
    with context.reading() as session:
        clusters = {names.get(backend_id) for backend_id in session.scalars(query)}
    return [each for each in list_node_agents(context) if each.cluster in clusters]


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
