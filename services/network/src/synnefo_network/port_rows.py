# SPDX-License-Identifier: Apache-2.0
"""The statements by which ports come and go, as few as can be (see :mod:`synnefo_core.db.prepared`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    Table,
    bindparam,
    delete,
    false,
    insert,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_core.db.prepared import Change, Prepared, execute_together
from synnefo_core.errors import Conflict
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.forwarding_models import PortForwardingRow
from synnefo_network.models import (
    AddressRow,
    NetworkRow,
    PortGroupRow,
    PortRow,
    SubnetRow,
    TagRow,
)
from synnefo_network.nodes.changes import Kind
from synnefo_network.nodes.models import ChangeRow

_port: Table = PortRow.__table__  # type: ignore[assignment]  # declared as FromClause
_network: Table = NetworkRow.__table__  # type: ignore[assignment]  # declared as FromClause
_subnet: Table = SubnetRow.__table__  # type: ignore[assignment]  # declared as FromClause
_address: Table = AddressRow.__table__  # type: ignore[assignment]  # declared as FromClause
_member: Table = PortGroupRow.__table__  # type: ignore[assignment]  # declared as FromClause
_floating: Table = FloatingIpRow.__table__  # type: ignore[assignment]  # declared as FromClause
_forwarding: Table = PortForwardingRow.__table__  # type: ignore[assignment]  # declared as FromClause
_tag: Table = TagRow.__table__  # type: ignore[assignment]  # declared as FromClause
_change: Table = ChangeRow.__table__  # type: ignore[assignment]  # declared as FromClause

_OPEN = Prepared(
    select(*_network.c).where(
        _network.c.id == bindparam("network_id"),
        or_(_network.c.project_id == bindparam("project_id"), _network.c.is_shared == true()),
    )
)
_SUBNETS = Prepared(
    select(*_subnet.c).where(_subnet.c.network_id == bindparam("network_id")).order_by(_subnet.c.id)
)
_JOIN = Prepared(insert(_member))
_NOTE = Prepared(insert(_change))
_LOCK = Prepared(
    select(
        _port.c.id,
        _port.c.network_id,
        _port.c.mac,
        _port.c.device_id,
        _port.c.device_owner,
        _port.c.is_withheld,
    )
    .where(
        _port.c.id == bindparam("port_id"),
        or_(
            bindparam("is_admin", type_=Boolean) != false(),
            _port.c.project_id == bindparam("project_id"),
        ),
    )
    .with_for_update()
)
_TO_THEM = (
    select(_floating.c.id)
    .where(among(_floating.c.port_id, "port_ids"))
    .union_all(select(_forwarding.c.id).where(among(_forwarding.c.port_id, "port_ids")))
    .subquery()
)
_LEADING = Prepared(select(_TO_THEM.c.id))
_THEIR_GROUPS = select(literal(Kind.MEMBERS.value), _member.c.group_id).where(
    among(_member.c.port_id, "port_ids")
)
_REMOVE = (
    Prepared(
        insert(_change).from_select(
            ["kind", "thing_id"],
            select(literal(Kind.PORT.value), _port.c.id).where(among(_port.c.id, "port_ids")),
        )
    ),
    Prepared(insert(_change).from_select(["kind", "thing_id"], _THEIR_GROUPS.distinct())),
    Prepared(delete(_address).where(among(_address.c.port_id, "port_ids"))),
    Prepared(delete(_member).where(among(_member.c.port_id, "port_ids"))),
    Prepared(delete(_tag).where(among(_tag.c.thing_id, "port_ids"))),
    Prepared(delete(_port).where(among(_port.c.id, "port_ids"))),
)
"""Each looks at what was there before: PostgreSQL makes one statement of them."""


def open_network(context: RequestContext, session: Session, network_id: str) -> NetworkRow | None:
    """Return a network that is the caller's project's, or shared with everybody: most are."""
    session.flush()  # what is prepared does not ask for it
    key = {"network_id": network_id, "project_id": context.project_id or ""}
    return cast("NetworkRow | None", _OPEN.first(session, key))


def subnets_of(session: Session, network_id: str) -> list[SubnetRow]:
    """Return the subnets of a network, which are not to be changed."""
    session.flush()
    return _SUBNETS.all(session, {"network_id": network_id})


def connect(session: Session, port_id: str, group_ids: Iterable[str]) -> None:
    """Have groups apply to a new port, and nodes be told of it.

    Raises:
        Conflict: One was deleted meanwhile.
    """
    joins = [Change(_JOIN, {"port_id": port_id, "group_id": each}) for each in group_ids]
    note = Change(_NOTE, {"kind": Kind.PORT.value, "thing_id": port_id})
    try:
        execute_together(session, [*joins, note])
    except IntegrityError as cause:
        raise Conflict(f"a security group of port {port_id} was deleted meanwhile") from cause


def lock(context: RequestContext, session: Session, port_id: str) -> Any | None:
    """Lock a port of the caller's that is to go; return what decides whether it may, None without one."""
    session.flush()
    key = {"port_id": port_id, "is_admin": context.is_admin, "project_id": context.project_id or ""}
    return _LOCK.first(session, key)


def are_led_to(session: Session, port_ids: Sequence[str]) -> bool:
    """Return whether floating IPs stand for addresses of ports, or are forwarded to them."""
    session.flush()
    return _LEADING.first(session, {"port_ids": port_ids}) is not None


def remove(session: Session, port_ids: Collection[str]) -> None:
    """Delete ports with their addresses, groups and tags, and have nodes be told."""
    session.flush()
    values = {"port_ids": list(port_ids)}
    execute_together(session, [Change(statement, values) for statement in _REMOVE])
    for row in list(session.identity_map.values()):
        if isinstance(row, PortRow) and row.id in port_ids:
            session.expunge(row)
