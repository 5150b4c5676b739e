# SPDX-License-Identifier: Apache-2.0
"""Port forwardings: ports of a floating IP that lead to ports of addresses inside."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import InvalidField, NotFound
from synnefo_network import floating_ips, forwarding_links as forwardings, translation
from synnefo_network.floating_errors import (
    FloatingIpTranslates,
    ForwardingExists,
    TooManyForwarded,
)
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.floating_values import Target
from synnefo_network.forwarding_links import shown
from synnefo_network.forwarding_models import PortForwardingRow
from synnefo_network.forwarding_values import (
    PortForwarding,
    PortForwardingChanges,
    PortForwardingSpec,
    Ports,
)
from synnefo_network.pages import select_page
from synnefo_network.values import Listing

MOST = 4096
"""So many ports of a floating IP lead somewhere: gateways have an element for each."""

PROTOCOLS = ("tcp", "udp")

_COLUMNS = {
    "id": PortForwardingRow.id,
    "protocol": PortForwardingRow.protocol,
    "port_id": PortForwardingRow.port_id,
    "fixed_ip": PortForwardingRow.fixed_ip,
    "outside_first": PortForwardingRow.outside_first,
    "inside_first": PortForwardingRow.inside_first,
    "description": PortForwardingRow.description,
}


def create_port_forwarding(
    context: RequestContext, floating_ip_id: str, spec: PortForwardingSpec
) -> PortForwarding:
    """Have ports of a floating IP lead to ports of an address inside.

    Raises:
        AlreadyTranslated: The address has a floating IP of its own.
        FloatingIpTranslates: The floating IP stands for an address.
        ForwardingExists: Another forwarding has some of the ports.
        InvalidField: The ports or the protocol are none, or another router leads to the address.
        NotFound: There is no such floating IP or port, or the caller may not see it.
        TooManyForwarded: The floating IP has too many.

    Further errors are those of :func:`synnefo_network.translation.find`.
    """
    with context.unit_of_work() as session:
        known = floating_ips.own(context, session, floating_ip_id)
        target = _find(context, session, known, port_id=spec.port_id, fixed_ip=spec.fixed_ip)
        floating = floating_ips.lock(context, session, floating_ip_id)
        row = PortForwardingRow(id=new_id(), floating_ip_id=floating.id)
        _write(
            row,
            target,
            protocol=spec.protocol,
            outside=spec.outside,
            inside=spec.inside,
            description=spec.description,
        )
        _require_possible(session, floating, row, target)
        session.add(row)
        _touch(context, session, floating, target.router_id)
        return shown(row)


def _find(
    context: RequestContext,
    session: Session,
    floating: FloatingIpRow,
    *,
    port_id: str,
    fixed_ip: str | None,
) -> Target:
    return translation.find(
        context, session, network_id=floating.network_id, port_id=port_id, fixed_ip=fixed_ip
    )


def _write(
    row: PortForwardingRow,
    target: Target,
    *,
    protocol: str,
    outside: Ports,
    inside: Ports,
    description: str,
) -> None:
    """Fill a row.

    Raises:
        InvalidField: The ports or the protocol are none.
    """
    if protocol not in PROTOCOLS:
        raise InvalidField("protocol", f"must be one of {', '.join(PROTOCOLS)}")
    for name, ports in (("external_port", outside), ("internal_port", inside)):
        if not 1 <= ports.first <= ports.last <= 65535:
            raise InvalidField(name, "ports are from 1 to 65535, the first one before the last")
    if outside.number != inside.number:
        raise InvalidField("internal_port_range", "must have as many ports as the one outside")
    row.port_id, row.fixed_ip, row.protocol = target.port_id, target.fixed_ip, protocol
    row.outside_first, row.outside_last = outside.first, outside.last
    row.inside_first, row.inside_last = inside.first, inside.last
    row.description = description


def _require_possible(
    session: Session, floating: FloatingIpRow, row: PortForwardingRow, target: Target
) -> None:
    """Refuse what a gateway could not do, or not without harm to others; the floating IP is locked."""
    if floating.port_id is not None:
        raise FloatingIpTranslates(floating.id, floating.port_id)
    translation.require_untranslated(session, target)
    if floating.router_id not in (None, target.router_id):
        problem = f"floating IP {floating.id} is reached through another router"
        raise InvalidField("internal_port_id", problem)
    mine, number = shown(row), row.outside_last - row.outside_first + 1
    for other in forwardings.of_floating_ips(session, [floating.id]):
        if other.id == row.id:
            continue
        its = shown(other)
        number += its.outside.number
        is_one_inside = other.fixed_ip == row.fixed_ip and its.inside.meets(mine.inside)
        if other.protocol == row.protocol and (is_one_inside or its.outside.meets(mine.outside)):
            raise ForwardingExists(other.id)
    if number > MOST:
        raise TooManyForwarded(floating.id, MOST)


def _touch(
    context: RequestContext, session: Session, floating: FloatingIpRow, router_id: str
) -> None:
    floating.router_id = router_id
    floating.revision += 1
    floating.updated_at = context.now()
    floating_ips.note_router(session, floating)


def show_port_forwarding(
    context: RequestContext, floating_ip_id: str, forwarding_id: str
) -> PortForwarding:
    """Return a port forwarding.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        floating_ips.own(context, session, floating_ip_id)
        return shown(_row(session, floating_ip_id, forwarding_id))


def _row(session: Session, floating_ip_id: str, forwarding_id: str) -> PortForwardingRow:
    query = select(PortForwardingRow).where(
        PortForwardingRow.id == forwarding_id, PortForwardingRow.floating_ip_id == floating_ip_id
    )
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound("port forwarding", forwarding_id)
    return row


def list_port_forwardings(
    context: RequestContext, floating_ip_id: str, listing: Listing
) -> list[PortForwarding]:
    """Return a page of a floating IP's port forwardings.

    Raises:
        NotFound: There is no such floating IP, or the caller may not see it.
    """
    with context.reading() as session:
        floating_ips.own(context, session, floating_ip_id)
        rows = select_page(
            session,
            PortForwardingRow,
            listing,
            noun="port forwarding",
            columns=_COLUMNS,
            visible=[PortForwardingRow.floating_ip_id == floating_ip_id],
        )
        return [shown(row) for row in rows]


def update_port_forwarding(
    context: RequestContext,
    floating_ip_id: str,
    forwarding_id: str,
    *,
    changes: PortForwardingChanges,
) -> PortForwarding:
    """Change a port forwarding; return it.

    Raises:
        PortWithheld: It leads to a device that is withheld from its project.

    Further errors are those of :func:`create_port_forwarding`.
    """
    with context.unit_of_work() as session:
        known = floating_ips.own(context, session, floating_ip_id)
        before = shown(_row(session, floating_ip_id, forwarding_id))
        port_id = changes.get("port_id", before.port_id)
        fixed_ip = changes.get("fixed_ip")
        if fixed_ip is None and port_id == before.port_id:
            fixed_ip = before.fixed_ip
        target = _find(context, session, known, port_id=port_id, fixed_ip=fixed_ip)
        floating = floating_ips.lock(context, session, floating_ip_id)
        row = _row(session, floating_ip_id, forwarding_id)
        forwardings.require_changeable(context, session, [row])
        _write(
            row,
            target,
            protocol=changes.get("protocol", before.protocol),
            outside=changes.get("outside", before.outside),
            inside=changes.get("inside", before.inside),
            description=changes.get("description", before.description),
        )
        with session.no_autoflush:
            _require_possible(session, floating, row, target)
        _touch(context, session, floating, target.router_id)
        return shown(row)


def delete_port_forwarding(
    context: RequestContext, floating_ip_id: str, forwarding_id: str
) -> None:
    """Have ports of a floating IP lead nowhere any more.

    Raises:
        NotFound: There is none, or the caller may not see it.
        PortWithheld: It leads to a device that is withheld from its project.
    """
    with context.unit_of_work() as session:
        floating_ips.lock(context, session, floating_ip_id)
        row = _row(session, floating_ip_id, forwarding_id)
        forwardings.require_changeable(context, session, [row])
        session.delete(row)
        session.flush()
        forwardings.release(session, [floating_ip_id])
