# SPDX-License-Identifier: Apache-2.0
"""To which subnets a router is connected: told by its ports."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_network.devices import ROUTER_GATEWAY, ROUTER_INTERFACE
from synnefo_network.models import AddressRow, PortRow, SubnetRow
from synnefo_network.router_errors import SubnetsOverlap


class Attachment(NamedTuple):
    """An address of a router on a subnet."""

    port_id: str
    device_owner: str
    network_id: str
    subnet_id: str
    cidr: str
    ip: str


def of_router(session: Session, router_id: str) -> list[Attachment]:
    """Return where a router is connected, its gateway included."""
    query = (
        select(
            PortRow.id,
            PortRow.device_owner,
            PortRow.network_id,
            SubnetRow.id,
            SubnetRow.cidr,
            AddressRow.ip,
        )
        .join(AddressRow, AddressRow.port_id == PortRow.id)
        .join(SubnetRow, SubnetRow.id == AddressRow.subnet_id)
        .where(
            PortRow.device_id == router_id,
            PortRow.device_owner.in_([ROUTER_INTERFACE, ROUTER_GATEWAY]),
        )
        .order_by(PortRow.created_at, PortRow.id, SubnetRow.ip_version)
    )
    return [Attachment(*row) for row in session.execute(query)]


def require_apart(cidrs: Iterable[str], attached: Iterable[Attachment]) -> None:
    """Refuse ranges that overlap one to which a router is connected.

    Raises:
        SubnetsOverlap: One does.
    """
    there = [ip_network(other.cidr) for other in attached]
    for cidr in map(ip_network, cidrs):
        for other in there:
            if cidr.overlaps(other):
                raise SubnetsOverlap(str(cidr), str(other))
