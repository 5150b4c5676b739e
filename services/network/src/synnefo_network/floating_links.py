# SPDX-License-Identifier: Apache-2.0
"""What floating IPs stand for: asked and ended by what it hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from synnefo_network import forwarding_links
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.forwarding_models import PortForwardingRow
from synnefo_network.nodes import changes
from synnefo_network.nodes.changes import Kind


def end(session: Session, port_ids: Sequence[str]) -> None:
    """Have no floating IP stand for addresses of these ports, or lead to them, any more."""
    _end(session, FloatingIpRow.port_id.in_(port_ids))
    forwarding_links.end(session, PortForwardingRow.port_id.in_(port_ids))


def end_some(session: Session, port_id: str, ips: Sequence[str]) -> None:
    """Have no floating IP stand for these addresses of a port, or lead to them, any more."""
    if ips:
        _end(session, FloatingIpRow.port_id == port_id, FloatingIpRow.fixed_ip.in_(ips))
        forwarding_links.end(
            session, PortForwardingRow.port_id == port_id, PortForwardingRow.fixed_ip.in_(ips)
        )


def _end(session: Session, *where: ColumnElement[bool]) -> None:
    routers = select(FloatingIpRow.router_id).where(*where).distinct()
    changes.note(session, Kind.ROUTER, *(each for each in session.scalars(routers) if each))
    session.execute(
        update(FloatingIpRow)
        .where(*where)
        .values(port_id=None, fixed_ip=None, router_id=None, revision=FloatingIpRow.revision + 1)
    )


def has_any(session: Session, router_id: str) -> bool:
    """Return whether floating IPs are reached through a router."""
    query = select(FloatingIpRow.id).where(FloatingIpRow.router_id == router_id).limit(1)
    return session.scalar(query) is not None


def has_in(session: Session, router_id: str, cidr: str) -> bool:
    """Return whether floating IPs stand for addresses of a range behind a router, or lead there."""
    network = ip_network(cidr)
    query = select(FloatingIpRow.fixed_ip).where(FloatingIpRow.router_id == router_id)
    is_any = any(ip_address(ip) in network for ip in session.scalars(query) if ip)
    return is_any or forwarding_links.leads_into(session, router_id, cidr)
