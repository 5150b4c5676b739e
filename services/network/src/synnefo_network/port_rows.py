# SPDX-License-Identifier: Apache-2.0
"""The statements by which ports come and go, as few as can be (see :mod:`synnefo_core.db.prepared`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    String,
    Table,
    bindparam,
    cast,
    column,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.among import Texts, among
from synnefo_core.db.prepared import (
    FIRST,
    Change,
    Prepared,
    are_made_as_one,
    execute_together,
    maker_of_rows,
)
from synnefo_core.errors import Conflict
from synnefo_network import claims
from synnefo_network.addresses import Proposal
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.forwarding_models import PortForwardingRow
from synnefo_network.models import (
    AddressRow,
    NetworkRow,
    PortGroupRow,
    PortRow,
    SecurityGroupRow,
    SubnetRow,
    TagRow,
)
from synnefo_network.nodes.changes import Kind
from synnefo_network.nodes.models import ChangeRow
from synnefo_network.values import FixedIp

_port: Table = PortRow.__table__  # type: ignore[assignment]  # declared as FromClause
_network: Table = NetworkRow.__table__  # type: ignore[assignment]  # declared as FromClause
_subnet: Table = SubnetRow.__table__  # type: ignore[assignment]  # declared as FromClause
_address: Table = AddressRow.__table__  # type: ignore[assignment]  # declared as FromClause
_group: Table = SecurityGroupRow.__table__  # type: ignore[assignment]  # declared as FromClause
_member: Table = PortGroupRow.__table__  # type: ignore[assignment]  # declared as FromClause
_floating: Table = FloatingIpRow.__table__  # type: ignore[assignment]  # declared as FromClause
_forwarding: Table = PortForwardingRow.__table__  # type: ignore[assignment]  # declared as FromClause
_tag: Table = TagRow.__table__  # type: ignore[assignment]  # declared as FromClause
_change: Table = ChangeRow.__table__  # type: ignore[assignment]  # declared as FromClause

_DEFAULT_GROUP = select(_group.c.id).where(_group.c.default_of == bindparam("owner_id"))
_OPEN = Prepared(
    select(
        _DEFAULT_GROUP.scalar_subquery().label("default_group_id"),
        *(column.label(f"network_{column.name}") for column in _network.c),
        *(column.label(f"subnet_{column.name}") for column in _subnet.c),
    )
    .select_from(_network.outerjoin(_subnet, _subnet.c.network_id == _network.c.id))
    .where(
        _network.c.id == bindparam("network_id"),
        or_(_network.c.project_id == bindparam("project_id"), _network.c.is_shared == true()),
    )
    .order_by(_subnet.c.id)
)
"""A row for each subnet, or one without: what a port needs to know, in one look."""
_FIRST_SUBNET = 1 + len(_network.c)
_network_row, _subnet_row = (
    maker_of_rows([column.name for column in table.c]) for table in (_network, _subnet)
)
_SUBNETS = Prepared(
    select(*_subnet.c).where(_subnet.c.network_id == bindparam("network_id")).order_by(_subnet.c.id)
)
_JOIN = Prepared(insert(_member))
_NOTE = Prepared(insert(_change))


def _with_first(table: Table, names: Sequence[str]) -> Insert:
    """Return an INSERT of a row that comes with the first one of several statements, or not."""
    given = [bindparam(f"new_{name}", type_=table.c[name].type) for name in names]
    rows = select(*given).select_from(FIRST)
    return postgresql.insert(table).from_select(list(names), rows)


_NEW = Prepared(postgresql.insert(_port).on_conflict_do_nothing())
_NEW_JOIN = Prepared(_with_first(_member, ["port_id", "group_id"]))
_NEW_NOTE = Prepared(_with_first(_change, ["kind", "thing_id"]))


def _with_address() -> Insert:
    """Return an INSERT of the first address of several that nobody has or is about to have.

    See :func:`synnefo_network.claims.claim`.
    """
    lists = {"ip": String, "position": BigInteger, "number": BigInteger}
    given: list[ColumnElement[Any]] = [
        cast(bindparam(f"{name}s", type_=Texts()), ARRAY(lists[name])) for name in lists
    ]
    drawn = (
        func.unnest(*given)
        .table_valued(*(column(name, lists[name]) for name in lists))
        .render_derived(name="drawn")
    )
    subnet_id = bindparam("new_subnet_id", type_=_address.c.subnet_id.type)
    is_taken = (_address.c.subnet_id == subnet_id) & (_address.c.ip == drawn.c.ip)
    new = [bindparam(f"new_{name}", type_=_address.c[name].type) for name in ("id", "port_id")]
    rows = (
        select(*new, subnet_id, drawn.c.ip, drawn.c.position)
        .select_from(FIRST.join(drawn, true()))
        .where(
            ~exists().where(is_taken).correlate(drawn),
            func.pg_try_advisory_xact_lock(drawn.c.number),
        )
        .limit(1)
    )
    names = ["id", "port_id", "subnet_id", "ip", "position"]
    return postgresql.insert(_address).from_select(names, rows).on_conflict_do_nothing()


_NEW_ADDRESS = Prepared(_with_address())
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


@dataclass(frozen=True)
class Place:
    """Where a port is to be.

    Attributes:
        network: Its network.
        subnets: What the network has until then; none where they were not looked for.
        default_group_id: The security group of the port's project, None where it is not known.
    """

    network: NetworkRow
    subnets: Sequence[SubnetRow]
    default_group_id: str | None


def open_place(
    context: RequestContext, session: Session, network_id: str, owner_id: str
) -> Place | None:
    """Return a network that is the caller's project's, or shared with everybody: most are."""
    session.flush()  # what is prepared does not ask for it
    key = {
        "network_id": network_id,
        "project_id": context.project_id or "",
        "owner_id": owner_id,
    }
    rows = _OPEN.all(session, key)
    if not rows:
        return None
    network = _network_row(rows[0][1:_FIRST_SUBNET])
    subnets = [_subnet_row(row[_FIRST_SUBNET:]) for row in rows if row.subnet_id is not None]
    return Place(network, subnets, rows[0].default_group_id)


def subnets_of(session: Session, network_id: str) -> list[SubnetRow]:
    """Return the subnets of a network, which are not to be changed."""
    session.flush()
    return _SUBNETS.all(session, {"network_id": network_id})


def insert_whole(
    session: Session,
    values: Mapping[str, Any],
    *,
    group_ids: Iterable[str],
    proposals: Sequence[Proposal],
) -> tuple[bool, FixedIp | None]:
    """Insert a port unless its MAC is taken, have groups apply to it, and nodes be told of it.

    Returns:
        Whether it was inserted, and which address it got of those proposed: all may be taken.

    Raises:
        Conflict: A group was deleted meanwhile.
        IntegrityError: That, the network or the subnet was.
    """
    if are_made_as_one(session):
        return _insert_as_one(session, values, group_ids, proposals)
    if not claims.insert_unless_taken(session, PortRow, values):
        return False, None
    connect(session, values["id"], group_ids)
    given = (
        each.fixed
        for each in proposals
        if claims.claim(session, AddressRow, each.values, key=each.key)
    )
    return True, next(given, None)


def _insert_as_one(
    session: Session,
    values: Mapping[str, Any],
    group_ids: Iterable[str],
    proposals: Sequence[Proposal],
) -> tuple[bool, FixedIp | None]:
    session.flush()
    port_id = values["id"]
    changes = [
        Change(_NEW, claims.whole(PortRow, values)),
        Change(_NEW_NOTE, {"new_kind": Kind.PORT.value, "new_thing_id": port_id}),
        *(Change(_NEW_JOIN, {"new_port_id": port_id, "new_group_id": each}) for each in group_ids),
    ]
    if proposals:
        changes.append(Change(_NEW_ADDRESS, _drawn(proposals), told="ip"))
    done = execute_together(session, changes)
    given = (each.fixed for each in proposals if each.fixed.ip == done[-1])
    return done[0] == 1, next(given, None)


def _drawn(proposals: Sequence[Proposal]) -> dict[str, Any]:
    first = proposals[0].values
    return {
        "new_id": first["id"],
        "new_port_id": first["port_id"],
        "new_subnet_id": first["subnet_id"],
        "ips": [each.fixed.ip for each in proposals],
        "positions": [str(each.values["position"]) for each in proposals],
        "numbers": [str(claims.lock_number(each.key)) for each in proposals],
    }


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
