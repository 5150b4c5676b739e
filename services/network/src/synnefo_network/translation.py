# SPDX-License-Identifier: Apache-2.0
"""Finding what a floating IP can stand for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, InvalidField
from synnefo_network import addresses, forwarding_links, ports
from synnefo_network.devices import ROUTER_INTERFACE, require_not_withheld, require_unmanaged
from synnefo_network.floating_errors import AddressForwarded, AlreadyTranslated, Unreachable
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.floating_values import Target
from synnefo_network.models import AddressRow, PortRow, SubnetRow
from synnefo_network.router_models import RouterRow
from synnefo_network.values import FixedIp


def find(
    context: RequestContext,
    session: Session,
    *,
    network_id: str,
    port_id: str,
    fixed_ip: str | None,
) -> Target:
    """Return an address of a port of the caller's, reached from a network outside.

    Locks the router and then the port: neither the way nor the address goes before the unit of
    work has ended.

    Raises:
        Conflict: The router was changed at this moment.
        InvalidField: The port has not this address, or no or several addresses of IPv4.
        NotFound: The caller has no such port.
        PortInUse: It is part of a router or of a floating IP.
        PortWithheld: Its device is withheld from its project.
        Unreachable: No router leads there.
    """
    chosen = _choose(session, port_id, fixed_ip)
    router_id = None if chosen is None else _way(session, network_id, chosen.subnet_id)
    if router_id is not None:
        session.execute(
            select(RouterRow.id).where(RouterRow.id == router_id).with_for_update(read=True)
        )
    row = ports.lock(context, session, port_id)
    require_unmanaged(row)
    require_not_withheld(context, row)
    fixed = _choose(session, port_id, fixed_ip)
    if fixed is None:
        raise _unfit(port_id, fixed_ip)
    way = _way(session, network_id, fixed.subnet_id)
    if way is None:
        raise Unreachable(network_id, fixed.subnet_id)
    if way != router_id:
        raise Conflict(f"the way to port {port_id} was changed meanwhile")
    return Target(port_id, fixed.ip, way)


def _choose(session: Session, port_id: str, fixed_ip: str | None) -> FixedIp | None:
    """Return the address of a port that is meant, None when it is not clear which."""
    given: Sequence[FixedIp] = addresses.of_ports(session, [port_id]).get(port_id, [])
    fit = [one for one in given if one.version == 4 and fixed_ip in (None, one.ip)]
    return fit[0] if len(fit) == 1 else None


def _unfit(port_id: str, fixed_ip: str | None) -> InvalidField:
    if fixed_ip is not None:
        return InvalidField("fixed_ip_address", f"port {port_id} has no IPv4 address {fixed_ip}")
    problem = f"port {port_id} has no or several IPv4 addresses: name one by fixed_ip_address"
    return InvalidField("port_id", problem)


def _way(session: Session, network_id: str, subnet_id: str) -> str | None:
    """Return a router that leads from a subnet outside, the subnet's own gateway before others."""
    is_own = AddressRow.ip == SubnetRow.gateway_ip
    query = (
        select(RouterRow.id)
        .join(PortRow, PortRow.device_id == RouterRow.id)
        .join(AddressRow, AddressRow.port_id == PortRow.id)
        .join(SubnetRow, SubnetRow.id == AddressRow.subnet_id)
        .where(
            AddressRow.subnet_id == subnet_id,
            PortRow.device_owner == ROUTER_INTERFACE,
            RouterRow.gateway_network_id == network_id,
        )
        .order_by(is_own.desc(), RouterRow.id)
        .limit(1)
    )
    return session.scalar(query)


def require_single(session: Session, row: FloatingIpRow, target: Target) -> None:
    """Refuse a second floating IP of one network for an address, whose port is locked.

    Raises:
        AddressForwarded: Ports of another one lead to the address.
        AlreadyTranslated: There is one.
    """
    others = FloatingIpRow.network_id == row.network_id, FloatingIpRow.id != row.id
    _require_none(session, target, *others)
    if forwarding_links.leads_to(session, target.port_id, target.fixed_ip):
        raise AddressForwarded(target.port_id, target.fixed_ip)


def require_untranslated(session: Session, target: Target) -> None:
    """Refuse an address, whose port is locked, that has a floating IP of its own.

    Raises:
        AlreadyTranslated: There is one.
    """
    _require_none(session, target)


def _require_none(session: Session, target: Target, *where: ColumnElement[bool]) -> None:
    query = select(FloatingIpRow.ip).where(
        FloatingIpRow.port_id == target.port_id, FloatingIpRow.fixed_ip == target.fixed_ip, *where
    )
    other = session.scalar(query.limit(1))
    if other is not None:
        raise AlreadyTranslated(target.port_id, target.fixed_ip, other)
