# SPDX-License-Identifier: Apache-2.0
"""Which gateway has which router (``docs/decisions/0022-*``).

A router is in one cluster, where most servers of its networks are, and there on the gateway with the fewest
routers. It stays until its gateway is drained, forgotten or away for long, or all servers of its networks are
elsewhere. The same rows always give the same answer.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_network.models import PortRow
from synnefo_network.nodes import changes
from synnefo_network.nodes.changes import Kind
from synnefo_network.nodes.facts import SERVERS
from synnefo_network.nodes.models import NodeRow, SpotRow
from synnefo_network.nodes.router_facts import Facts

log = logging.getLogger(__name__)

TASK, EVERY_S = "network.move_routers", 5.0


@dataclass
class _Board:
    """What routers are put on: gateways by cluster, and how many routers each has."""

    usable: Mapping[str, list[str]]
    load: Counter[tuple[str, str]] = field(default_factory=Counter)

    def emptiest(self, cluster: str) -> str:
        """Return the gateway of a cluster that has the fewest routers; the first one by name."""
        return min(self.usable[cluster], key=lambda node: (self.load[cluster, node], node))

    def weight(self, cluster: str) -> float:
        """Return how many routers a cluster's gateways have on average."""
        nodes = self.usable[cluster]
        return sum(self.load[cluster, node] for node in nodes) / len(nodes)


def usable(context: RequestContext, session: Session) -> dict[str, list[str]]:
    """Return the gateways that may have routers, by cluster.

    One that is silent counts as away only when the others have been heard for as long: after an
    end of the broker all come back, one after the other.
    """
    away_s, now = context.cloud.config.network.gateway_away_s, context.now()
    rows = session.scalars(
        select(NodeRow).where(NodeRow.is_gateway.is_(True)).order_by(NodeRow.cluster, NodeRow.name)
    ).all()
    back: dict[str, float] = defaultdict(float)
    for row in rows:
        back[row.cluster] = max(back[row.cluster], row.back_at)
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if not row.is_drained and max(row.heard_at, back[row.cluster]) + away_s > now:
            found[row.cluster].append(row.name)
    return dict(found)


def gateways(session: Session) -> dict[str, list[str]]:
    """Return all gateways by cluster, those that are drained or away included."""
    found: dict[str, list[str]] = defaultdict(list)
    query = select(NodeRow.cluster, NodeRow.name).where(NodeRow.is_gateway.is_(True))
    for cluster, name in session.execute(query.order_by(NodeRow.cluster, NodeRow.name)):
        found[cluster].append(name)
    return dict(found)


def settle(
    context: RequestContext,
    session: Session,
    router_ids: Collection[str],
    found: Mapping[str, Facts],
) -> dict[str, SpotRow]:
    """Write down where routers are from now on, and return that; those that are not there are forgotten.

    Args:
        context: Who asks.
        session: Of a unit of work in which nobody else settles anything.
        router_ids: All that it is about.
        found: Those of them that there are.
    """
    query = select(SpotRow).where(among(SpotRow.router_id, router_ids))
    spots = {row.router_id: row for row in session.scalars(query)}
    gone = spots.keys() - found.keys()
    session.execute(delete(SpotRow).where(among(SpotRow.router_id, gone)))
    board = _Board(usable(context, session), load(session))
    servers = _servers(context, session, found)
    for router_id in sorted(found):
        spot, there = spots.get(router_id), servers[router_id]
        where = _choose(board, spot, there)
        if where is None:
            continue
        if spot is None:
            spot = spots[router_id] = SpotRow(router_id=router_id, cluster="", node="")
            session.add(spot)
        else:
            board.load[spot.cluster, spot.node] -= 1
        board.load[where] += 1
        spot.cluster, spot.node = where
        _note_elsewhere(spot, there)
    return {router_id: spots[router_id] for router_id in found if router_id in spots}


def _note_elsewhere(spot: SpotRow, servers: Mapping[str, int]) -> None:
    """Write down, and say once, in which other clusters a router's networks have servers."""
    elsewhere = ",".join(sorted(each for each in servers if each != spot.cluster))
    if elsewhere and elsewhere != spot.elsewhere:
        log.warning(
            "a router is not where all servers of its networks are",
            extra={"router": spot.router_id, "cluster": spot.cluster, "servers_in": elsewhere},
        )
    spot.elsewhere = elsewhere


def load(session: Session) -> Counter[tuple[str, str]]:
    """Return how many routers gateways have, by cluster and name."""
    query = select(SpotRow.cluster, SpotRow.node, func.count()).group_by(
        SpotRow.cluster, SpotRow.node
    )
    return Counter({(cluster, node): number for cluster, node, number in session.execute(query)})


def nodes(session: Session, router_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return the cluster and the node of each router that has one."""
    query = select(SpotRow.router_id, SpotRow.cluster, SpotRow.node)
    rows = session.execute(query.where(among(SpotRow.router_id, router_ids)))
    return {row.router_id: (row.cluster, row.node) for row in rows}


def listing(context: RequestContext) -> list[SpotRow]:
    """Return where routers are, by their ids."""
    with context.reading() as session:
        return list(session.scalars(select(SpotRow).order_by(SpotRow.router_id)))


def _servers(
    context: RequestContext, session: Session, found: Mapping[str, Facts]
) -> dict[str, Counter[str]]:
    """Return how many cards servers have on the networks of routers, by router and cluster."""
    on: dict[str, Counter[str]] = defaultdict(Counter)
    networks = {network for facts in found.values() for network in facts.networks}
    for backend in synnefo_backends.listing(context):
        query = select(PortRow.network_id, func.count()).where(
            among(PortRow.network_id, networks),
            PortRow.device_owner.startswith(SERVERS),
            synnefo_backends.servers_booked(backend.id, PortRow.device_id),
        )
        for network, number in session.execute(query.group_by(PortRow.network_id)):
            on[network][backend.name] += number
    return {
        router_id: sum((on[network] for network in facts.networks), Counter())
        for router_id, facts in found.items()
    }


def _choose(
    board: _Board, spot: SpotRow | None, servers: Mapping[str, int]
) -> tuple[str, str] | None:
    """Return the cluster and the gateway that a router should have; None where nobody can have it."""
    wanted = [cluster for cluster in board.usable if servers.get(cluster)]
    if spot is not None and spot.node and _stays(board, spot, servers, wanted):
        is_usable = spot.node in board.usable.get(spot.cluster, ())
        others = board.usable.get(spot.cluster)
        return spot.cluster, board.emptiest(spot.cluster) if others and not is_usable else spot.node
    possible = wanted or list(board.usable)
    if not possible:
        return None
    cluster = min(possible, key=lambda each: (-servers.get(each, 0), board.weight(each), each))
    return cluster, board.emptiest(cluster)


def _stays(
    board: _Board, spot: SpotRow, servers: Mapping[str, int], wanted: Collection[str]
) -> bool:
    """Whether a router stays in its cluster: others would not reach the servers that it has there."""
    if servers.get(spot.cluster):
        return True
    return not wanted and (spot.cluster in board.usable or not board.usable)


def move(context: RequestContext) -> None:
    """Have routers be told anew whose gateways can have none any more, where others can."""
    pairs = select(SpotRow.cluster, SpotRow.node).distinct()
    with context.reading() as session:
        there = usable(context, session)
        left = [
            (cluster, node)
            for cluster, node in (session.execute(pairs) if there else ())
            if cluster in there and node not in there[cluster]
        ]
    if not left:
        return
    with context.unit_of_work() as session:
        for cluster, node in left:
            theirs = select(SpotRow.router_id).where(
                SpotRow.cluster == cluster, SpotRow.node == node
            )
            changes.note(session, Kind.ROUTER, *session.scalars(theirs))
