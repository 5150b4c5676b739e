# SPDX-License-Identifier: Apache-2.0
"""Addresses that no port gets: kept by operators, here or in a cluster (CYC-069).

They are addresses of a port of the cloud's own, one for each network and keeper: whatever gives
addresses finds them taken.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_network import addresses, port_rows, ports
from synnefo_network.addresses import Assignment
from synnefo_network.devices import RESERVED
from synnefo_network.errors import AddressInUse, AddressOutside
from synnefo_network.models import AddressRow, NetworkRow, PortRow
from synnefo_network.values import FixedIp, FixedIpRequest, PortSpec

OPERATOR = "operator"
"""The keeper of what is reserved here; others are clusters, by their ids."""
_NOBODY = ""


def held(session: Session, network_id: str, keeper: str) -> frozenset[str]:
    """Return the addresses of a network that somebody keeps."""
    query = (
        select(AddressRow.ip)
        .join(PortRow, PortRow.id == AddressRow.port_id)
        .where(*_of(network_id), PortRow.device_id == keeper)
    )
    return frozenset(session.scalars(query))


def hold(
    context: RequestContext,
    session: Session,
    network: NetworkRow,
    *,
    keeper: str,
    ips: Iterable[str],
) -> list[str]:
    """Keep addresses of IPv4 for somebody; return those that are taken, or of no subnet."""
    wanted, refused = list(ips), []
    if not wanted:
        return []
    row = _port(context, session, network, keeper)
    subnets = [one for one in port_rows.subnets_of(session, network.id) if one.ip_version == 4]
    assignment = Assignment(session, row, subnets)
    for ip in wanted:
        try:
            assignment.give([FixedIpRequest(ip=ip)])
        except (AddressInUse, AddressOutside):
            refused.append(ip)
    return refused


def _port(context: RequestContext, session: Session, network: NetworkRow, keeper: str) -> PortRow:
    """Return the port by which somebody keeps addresses of a network, made if there is none."""
    query = select(PortRow).where(*_of(network.id), PortRow.device_id == keeper)
    row = session.scalars(query.order_by(PortRow.id).limit(1)).first()
    if row is not None:
        return row
    spec = PortSpec(
        network_id=network.id, project_id=_NOBODY, device_id=keeper, device_owner=RESERVED
    )
    return ports.insert_own(context, session, network, spec)


def free(session: Session, network_id: str, *, keeper: str, ips: Iterable[str]) -> None:
    """Let ports have addresses again that somebody kept; others stay."""
    query = (
        select(AddressRow.port_id, AddressRow.subnet_id, AddressRow.ip)
        .join(PortRow, PortRow.id == AddressRow.port_id)
        .where(*_of(network_id), PortRow.device_id == keeper, AddressRow.ip.in_(list(ips)))
    )
    for port_id, subnet_id, ip in session.execute(query).all():
        addresses.release_some(session, port_id, [FixedIp(subnet_id, ip, 4)])


def forget(session: Session, network_id: str, keeper: str | None = None) -> None:
    """Keep nothing of a network any more, or nothing for somebody."""
    query = select(PortRow.id).where(*_of(network_id))
    if keeper is not None:
        query = query.where(PortRow.device_id == keeper)
    ports.remove(session, list(session.scalars(query)))


def _of(network_id: str) -> tuple[ColumnElement[bool], ...]:
    return PortRow.network_id == network_id, PortRow.device_owner == RESERVED
