# SPDX-License-Identifier: Apache-2.0
"""Ports with all that is shown of them, by one statement: of devices, for whoever shows servers, or by their ids."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select

from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_core.db.prepared import Prepared
from synnefo_network import ports, shown_ports
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.models import (
    AddressRow,
    NetworkRow,
    PortGroupRow,
    PortRow,
    SecurityGroupRow,
    SubnetRow,
)
from synnefo_network.values import FixedIp, Port

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

_port: Table = PortRow.__table__  # type: ignore[assignment]  # declared as FromClause
_network: Table = NetworkRow.__table__  # type: ignore[assignment]  # declared as FromClause
_address: Table = AddressRow.__table__  # type: ignore[assignment]  # declared as FromClause
_floating: Table = FloatingIpRow.__table__  # type: ignore[assignment]  # declared as FromClause
_subnet: Table = SubnetRow.__table__  # type: ignore[assignment]  # declared as FromClause
_member: Table = PortGroupRow.__table__  # type: ignore[assignment]  # declared as FromClause
_group: Table = SecurityGroupRow.__table__  # type: ignore[assignment]  # declared as FromClause


_ID = attrgetter("id")
_OF_PORT = [
    *(_port.c[name] for name in shown_ports.OF_PORT),
    *(_network.c[name].label(told) for name, told in shown_ports.OF_NETWORK.items()),
    _port.c.address_pairs,
    _port.c.dhcp_options,
]
_OF_ADDRESS = [
    _address.c.subnet_id.label("of_subnet"),
    _address.c.ip.label("address"),
    _subnet.c.ip_version.label("ip_version"),
    _floating.c.ip.label("floating_ip"),
]
_OF_GROUP = _group.c.name.label("group_name")

_PORTS = (
    select(*_OF_PORT, *_OF_ADDRESS, _member.c.group_id, _OF_GROUP)
    .select_from(
        _port.join(_network, _network.c.id == _port.c.network_id)
        .outerjoin(_address, _address.c.port_id == _port.c.id)
        .outerjoin(_subnet, _subnet.c.id == _address.c.subnet_id)
        .outerjoin(
            _floating,
            (_floating.c.port_id == _port.c.id) & (_floating.c.fixed_ip == _address.c.ip),
        )
        .outerjoin(_member, _member.c.port_id == _port.c.id)
        .outerjoin(_group, _group.c.id == _member.c.group_id)
    )
    .order_by(
        _port.c.created_at, _port.c.id, _subnet.c.ip_version, _address.c.ip, _member.c.group_id
    )
)
_OF_DEVICES = Prepared(
    _PORTS.where(
        among(_port.c.device_id, "devices"), _port.c.device_owner.startswith(ports.SERVERS)
    )
)
_BY_ID = Prepared(_PORTS.where(among(_port.c.id, "ports")))


def ports_of(context: RequestContext, device_ids: Collection[str]) -> Mapping[str, list[Port]]:
    """Return the ports of many devices by device, in the order in which they were made.

    The caller has made sure that the devices are whose they should be.
    """
    devices = [device_id for device_id in device_ids if device_id]
    found: dict[str, list[Port]] = {}
    if not devices:
        return found
    with context.reading() as session:
        rows = _OF_DEVICES.all(session, {"devices": devices})
    for port in _all_shown(rows):
        found.setdefault(port.device_id, []).append(port)
    return found


def ports_of_one(context: RequestContext, device_id: str) -> list[Port]:
    """Return the ports of a device as :func:`ports_of` does."""
    return ports_of(context, [device_id]).get(device_id, [])


def by_id(session: Session, port_ids: Sequence[str]) -> Mapping[str, Port]:
    """Return the ports of some ids, whoever's they are, by these."""
    if not port_ids:
        return {}
    session.flush()  # what is prepared does not ask for it
    return {port.id: port for port in _all_shown(_BY_ID.all(session, {"ports": port_ids}))}


def _all_shown(rows: Iterable[Any]) -> Iterator[Port]:
    return (_shown(list(of_port)) for _, of_port in groupby(rows, key=_ID))


def _shown(rows: list[Any]) -> Port:
    """Return a port of its rows: one for each of its addresses with each of its groups.

    An address that has floating IPs of several networks is there as often.
    """
    first = rows[0]
    if len(rows) == 1:
        # Nearly all ports have one address and one group at most: nothing can be there twice.
        subnet_id, group_id = first.of_subnet, first.group_id
        fixed = (
            (FixedIp(subnet_id, first.address, first.ip_version),) if subnet_id is not None else ()
        )
        floating = [(first.address, first.floating_ip)] if first.floating_ip is not None else []
        groups = {group_id: first.group_name} if group_id is not None else {}
        return shown_ports.of_columns(first, first, fixed, groups=groups, floating=floating)
    given = dict.fromkeys(
        FixedIp(row.of_subnet, row.address, row.ip_version)
        for row in rows
        if row.of_subnet is not None
    )
    groups = {row.group_id: row.group_name for row in rows if row.group_id is not None}
    floating = [
        *dict.fromkeys(
            (row.address, row.floating_ip) for row in rows if row.floating_ip is not None
        )
    ]
    return shown_ports.of_columns(first, first, [*given], groups=groups, floating=floating)
