# SPDX-License-Identifier: Apache-2.0
"""What may have changed documents: written down with the change, and folded by the worker.

Whoever changes something adds a row and asks nothing, so nobody waits for another; which
ports it concerns is found later, once for all that has come together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, insert, literal, select, union
from sqlalchemy.orm import Session

from synnefo_core.db.among import among
from synnefo_network.devices import ROUTER_GATEWAY, ROUTER_INTERFACE
from synnefo_network.models import PortGroupRow, PortRow, SecurityGroupRow, SecurityRuleRow
from synnefo_network.nodes.models import ChangeRow
from synnefo_network.router_models import RouterRow

_TABLE: Table = ChangeRow.__table__  # type: ignore[assignment]  # declared as FromClause


class Kind(StrEnum):
    """What has changed, and so which ports' documents may have."""

    PORT = "port"
    """A port, with its addresses: also of those whose rules speak of its groups."""
    NETWORK = "network"
    """A network or one of its subnets: of all ports on it, and of those that speak of these."""
    GROUP = "group"
    """The rules of a security group: of all ports in it."""
    MEMBERS = "members"
    """The ports in a security group: of all ports whose rules speak of it."""
    DEVICE = "device"
    """What a device is told, or where it is: of all its ports."""
    CLUSTER = "cluster"
    """The nodes of a cluster begin to be told: of all ports of devices."""
    ROUTER = "router"
    """A router, what it is connected to, or a floating IP behind it."""
    GATEWAYS = "gateways"
    """Which gateways a cluster has: of all routers."""


def note(session: Session, kind: Kind, *thing_ids: str) -> None:
    """Write down that things have changed, in the caller's unit of work."""
    if thing_ids:
        rows = [{"kind": kind.value, "thing_id": thing_id} for thing_id in thing_ids]
        session.execute(insert(_TABLE), rows)


def note_leaving(session: Session, port_ids: Collection[str]) -> None:
    """Write down that ports are about to leave their groups."""
    groups = select(literal(Kind.MEMBERS.value), PortGroupRow.group_id).where(
        among(PortGroupRow.port_id, port_ids)
    )
    session.execute(insert(_TABLE).from_select(["kind", "thing_id"], groups.distinct()))


def first(session: Session, most: int) -> list[Any]:
    """Return what was written down first and not yet taken away."""
    query = select(_TABLE.c.id, _TABLE.c.kind, _TABLE.c.thing_id).order_by(_TABLE.c.id)
    return list(session.execute(query.limit(most)))


def ports_of(session: Session, changes: Iterable[Any]) -> set[str]:
    """Return which ports changes may concern; some are not there any more."""
    things: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for change in changes:
        things[Kind(change.kind)].append(change.thing_id)
    queries = [_QUERIES[kind](ids) for kind, ids in things.items() if ids and kind in _QUERIES]
    found = set(session.scalars(union(*queries))) if queries else set()
    return found.union(things[Kind.PORT])


def routers_of(session: Session, changes: Iterable[Any]) -> set[str]:
    """Return which routers changes may concern; some are not there any more."""
    things: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for change in changes:
        things[Kind(change.kind)].append(change.thing_id)
    queries = [_ROUTERS[kind](ids) for kind, ids in things.items() if ids and kind in _ROUTERS]
    found = set(session.scalars(union(*queries))) if queries else set()
    return found.union(things[Kind.ROUTER])


def _leading_from(networks: Any) -> Select[str]:
    """Return the query for routers with a card on networks."""
    return select(PortRow.device_id).where(
        PortRow.device_owner.in_([ROUTER_INTERFACE, ROUTER_GATEWAY]),
        PortRow.network_id.in_(networks),
    )


def _networks_of(condition: ColumnElement[bool]) -> Select[str]:
    return select(PortRow.network_id).where(condition)


_ROUTERS: Mapping[Kind, Callable[[Collection[str]], Select[str]]] = {
    Kind.PORT: lambda ids: _leading_from(_networks_of(among(PortRow.id, ids))),
    Kind.DEVICE: lambda ids: _leading_from(_networks_of(among(PortRow.device_id, ids))),
    Kind.NETWORK: lambda ids: select(PortRow.device_id).where(
        PortRow.device_owner.in_([ROUTER_INTERFACE, ROUTER_GATEWAY]), among(PortRow.network_id, ids)
    ),
    Kind.GATEWAYS: lambda _: select(RouterRow.id),
}


def _in_groups(group_ids: Any) -> Select[str]:
    return select(PortGroupRow.port_id).where(PortGroupRow.group_id.in_(group_ids))


def _of_members(group_ids: Collection[str]) -> Select[str]:
    named = select(SecurityGroupRow.id).where(among(SecurityGroupRow.id, group_ids))
    speaking = select(SecurityRuleRow.group_id)
    return _in_groups(speaking.where(SecurityRuleRow.remote_group_id.in_(named)))


def _on_networks(network_ids: Collection[str]) -> Select[str]:
    """Return the query for ports on networks, and for those whose rules speak of their groups."""
    on_them = select(PortRow.id).where(among(PortRow.network_id, network_ids))
    theirs = select(PortGroupRow.group_id).where(PortGroupRow.port_id.in_(on_them))
    speaking = select(SecurityRuleRow.group_id).where(SecurityRuleRow.remote_group_id.in_(theirs))
    in_groups = select(PortGroupRow.port_id).where(PortGroupRow.group_id.in_(speaking))
    return select(PortRow.id).where(PortRow.id.in_(on_them.union(in_groups)))


def _around(port_ids: Collection[str]) -> Select[str]:
    theirs = select(PortGroupRow.group_id).where(among(PortGroupRow.port_id, port_ids))
    speaking = select(SecurityRuleRow.group_id)
    return _in_groups(speaking.where(SecurityRuleRow.remote_group_id.in_(theirs)))


_QUERIES: Mapping[Kind, Callable[[Collection[str]], Select[str]]] = {
    Kind.PORT: _around,
    Kind.NETWORK: _on_networks,
    Kind.GROUP: lambda ids: select(PortGroupRow.port_id).where(among(PortGroupRow.group_id, ids)),
    Kind.MEMBERS: _of_members,
    Kind.DEVICE: lambda ids: select(PortRow.id).where(among(PortRow.device_id, ids)),
    Kind.CLUSTER: lambda _: select(PortRow.id).where(PortRow.device_id != ""),
}
