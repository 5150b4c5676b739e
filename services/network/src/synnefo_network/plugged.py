# SPDX-License-Identifier: Apache-2.0
"""The ports of one device, by one statement: whoever shows a server reads them."""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, select

from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Prepared
from synnefo_network import ports
from synnefo_network.models import AddressRow, NetworkRow, PortRow, SubnetRow
from synnefo_network.values import FixedIp, Port

_port: Table = PortRow.__table__  # type: ignore[assignment]  # declared as FromClause
_network: Table = NetworkRow.__table__  # type: ignore[assignment]  # declared as FromClause
_address: Table = AddressRow.__table__  # type: ignore[assignment]  # declared as FromClause
_subnet: Table = SubnetRow.__table__  # type: ignore[assignment]  # declared as FromClause


class _Network(NamedTuple):
    """What a port tells of its network."""

    name: str
    is_external: bool
    mode: str
    link: str


_OF_NETWORK = [_network.c[name].label(f"network_{name}") for name in _Network._fields]
_OF_ADDRESS = [
    _address.c.subnet_id.label("of_subnet"),
    _address.c.ip.label("address"),
    _subnet.c.ip_version.label("ip_version"),
]

_FIND = Prepared(
    select(*_port.c, *_OF_NETWORK, *_OF_ADDRESS)
    .select_from(
        _port.join(_network, _network.c.id == _port.c.network_id)
        .outerjoin(_address, _address.c.port_id == _port.c.id)
        .outerjoin(_subnet, _subnet.c.id == _address.c.subnet_id)
    )
    .where(_port.c.device_id == bindparam("device"), _port.c.device_owner.startswith(ports.SERVERS))
    .order_by(_port.c.created_at, _port.c.id, _subnet.c.ip_version, _address.c.ip)
)


def ports_of_one(context: RequestContext, device_id: str) -> list[Port]:
    """Return the ports of a device as :func:`synnefo_network.plugging.ports_of` does."""
    with context.reading() as session:
        rows = _FIND.all(session, {"device": device_id})
    return [_shown(list(of_port)) for _, of_port in groupby(rows, key=lambda row: row.id)]


def _shown(rows: list[Any]) -> Port:
    """Return a port of its rows, of which each has one of its addresses, or none."""
    first = rows[0]
    network = _Network(*(getattr(first, f"network_{name}") for name in _Network._fields))
    given = [
        FixedIp(row.of_subnet, row.address, row.ip_version)
        for row in rows
        if row.of_subnet is not None
    ]
    return ports.shown(first, network, given)
