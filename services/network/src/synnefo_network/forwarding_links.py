# SPDX-License-Identifier: Apache-2.0
"""What port forwardings lead to: asked and ended by what it hangs on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from ipaddress import ip_address, ip_network

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_network.devices import require_not_withheld
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.forwarding_models import PortForwardingRow
from synnefo_network.forwarding_values import PortForwarding, Ports
from synnefo_network.models import PortRow
from synnefo_network.nodes import changes
from synnefo_network.nodes.changes import Kind


def of_floating_ips(
    session: Session, floating_ip_ids: Collection[str]
) -> Sequence[PortForwardingRow]:
    """Return the port forwardings of floating IPs, in the order of their ids."""
    query = select(PortForwardingRow).where(
        among(PortForwardingRow.floating_ip_id, floating_ip_ids)
    )
    return session.scalars(query.order_by(PortForwardingRow.id)).all() if floating_ip_ids else []


def shown(row: PortForwardingRow) -> PortForwarding:
    """Return a port forwarding as a value."""
    return PortForwarding(
        id=row.id,
        floating_ip_id=row.floating_ip_id,
        port_id=row.port_id,
        fixed_ip=row.fixed_ip,
        protocol=row.protocol,
        outside=Ports(row.outside_first, row.outside_last),
        inside=Ports(row.inside_first, row.inside_last),
        description=row.description,
    )


def require_changeable(
    context: RequestContext, session: Session, rows: Sequence[PortForwardingRow]
) -> None:
    """Refuse to take forwardings from ports that their project may not change.

    Raises:
        PortWithheld: One leads to a device that is withheld from its project.
    """
    query = select(PortRow).where(PortRow.id.in_({row.port_id for row in rows}))
    for port in session.scalars(query) if rows else ():
        require_not_withheld(context, port)


def leads_to(session: Session, port_id: str, fixed_ip: str) -> bool:
    """Return whether ports of a floating IP lead to an address."""
    query = select(PortForwardingRow.id).where(
        PortForwardingRow.port_id == port_id, PortForwardingRow.fixed_ip == fixed_ip
    )
    return session.scalar(query.limit(1)) is not None


def leads_into(session: Session, router_id: str, cidr: str) -> bool:
    """Return whether ports of floating IPs lead to addresses of a range behind a router."""
    network = ip_network(cidr)
    query = (
        select(PortForwardingRow.fixed_ip)
        .join(FloatingIpRow, FloatingIpRow.id == PortForwardingRow.floating_ip_id)
        .where(FloatingIpRow.router_id == router_id)
    )
    return any(ip_address(ip) in network for ip in session.scalars(query.distinct()))


def end(session: Session, *where: ColumnElement[bool]) -> None:
    """Delete port forwardings that a condition is true of, whose ports are locked."""
    query = select(PortForwardingRow.floating_ip_id).where(*where).distinct()
    floating_ip_ids = sorted(session.scalars(query))
    if not floating_ip_ids:
        return
    # Who changes one locks its floating IP, after its port as here.
    locked = select(FloatingIpRow.id).where(among(FloatingIpRow.id, floating_ip_ids))
    session.execute(locked.order_by(FloatingIpRow.id).with_for_update())
    session.execute(delete(PortForwardingRow).where(*where))
    release(session, floating_ip_ids)


def release(session: Session, floating_ip_ids: Collection[str]) -> None:
    """Tell of floating IPs that have fewer port forwardings; those that have none lead nowhere."""
    mine = among(FloatingIpRow.id, floating_ip_ids)
    routers = session.scalars(select(FloatingIpRow.router_id).where(mine).distinct())
    changes.note(session, Kind.ROUTER, *(each for each in routers if each))
    left = select(PortForwardingRow.floating_ip_id).where(
        among(PortForwardingRow.floating_ip_id, floating_ip_ids)
    )
    revision = FloatingIpRow.revision + 1
    session.execute(update(FloatingIpRow).where(mine).values(revision=revision))
    session.execute(
        update(FloatingIpRow)
        .where(mine, FloatingIpRow.port_id.is_(None), FloatingIpRow.id.not_in(left))
        .values(router_id=None)
    )
