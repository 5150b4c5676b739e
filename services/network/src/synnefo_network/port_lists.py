# SPDX-License-Identifier: Apache-2.0
"""Ports as they are shown: single ones, and lists by their own attributes, addresses and groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_network import plugged, ports
from synnefo_network.models import AddressRow, PortGroupRow, PortRow
from synnefo_network.pages import select_page
from synnefo_network.values import Listing, Port

_COLUMNS = {
    "id": PortRow.id,
    "name": PortRow.name,
    "description": PortRow.description,
    "project_id": PortRow.project_id,
    "network_id": PortRow.network_id,
    "mac": PortRow.mac,
    "device_id": PortRow.device_id,
    "dns_name": PortRow.dns_name,
    "dns_domain": PortRow.dns_domain,
    "device_owner": PortRow.device_owner,
    "is_admin_up": PortRow.is_admin_up,
    "is_secured": PortRow.is_secured,
    "revision": PortRow.revision,
    "created_at": PortRow.created_at,
    "updated_at": PortRow.updated_at,
}


@dataclass(frozen=True)
class AddressFilter:
    """Which addresses are meant; what is empty does not matter.

    Attributes:
        ips: One of these.
        parts: One in which one of these texts is.
        subnet_ids: One of one of these subnets.
    """

    ips: Sequence[str] = ()
    parts: Sequence[str] = ()
    subnet_ids: Sequence[str] = ()


ANY_ADDRESS = AddressFilter()
"""The filter that lets all ports pass, even those that have no address."""


def list_ports(
    context: RequestContext,
    listing: Listing,
    *,
    addresses: AddressFilter = ANY_ADDRESS,
    group_ids: Sequence[str] = (),
) -> list[Port]:
    """Return a page of the caller's ports.

    Args:
        context: Who asks.
        listing: Which page of which ports; also by ``status``.
        addresses: Only ports that have such an address.
        group_ids: If any: only ports to which one of these security groups applies.
    """
    visible = ports.visible(context)
    if addresses.ips or addresses.parts or addresses.subnet_ids:
        visible.append(_has_address(addresses))
    if group_ids:
        members = select(PortGroupRow.port_id).where(PortGroupRow.group_id.in_(group_ids))
        visible.append(PortRow.id.in_(members))
    where = dict(listing.where)
    if "status" in where:
        visible.append(_has_status(where.pop("status")))
    narrowed = Listing(where, listing.order, listing.marker, listing.limit, listing.is_reversed)
    with context.reading() as session:
        rows = select_page(
            session,
            PortRow,
            narrowed,
            noun="port",
            columns=_COLUMNS,
            visible=visible,
            wanted=[PortRow.__table__.c.id],
        )
        ids = [row.id for row in rows]
        found = plugged.by_id(session, ids)
        # One that was deleted between the statements is not shown.
        return [found[port_id] for port_id in ids if port_id in found]


def show_port(context: RequestContext, port_id: str) -> Port:
    """Return a port.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        found = plugged.by_id(session, [port_id]).get(port_id)
    if found is None or not (context.is_admin or found.project_id == context.project_id):
        raise NotFound("port", port_id)
    return found


def _has_address(wanted: AddressFilter) -> ColumnElement[bool]:
    """Return what is true of a port that has an address for which all of a filter holds."""
    found = select(AddressRow.port_id)
    if wanted.ips:
        found = found.where(AddressRow.ip.in_(wanted.ips))
    if wanted.parts:
        parts = [AddressRow.ip.contains(part, autoescape=True) for part in wanted.parts]
        found = found.where(or_(*parts))
    if wanted.subnet_ids:
        found = found.where(AddressRow.subnet_id.in_(wanted.subnet_ids))
    return PortRow.id.in_(found)


def _has_status(wanted: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition behind :attr:`~synnefo_network.values.Port.status`."""
    is_used = (PortRow.device_id != "") & PortRow.is_admin_up
    conditions = {
        "ACTIVE": is_used & ~PortRow.is_awaited,
        "BUILD": is_used & PortRow.is_awaited,
        "DOWN": ~is_used,
    }
    matching = [conditions[status] for status in wanted if status in conditions]
    return or_(*matching) if matching else PortRow.id.is_(None)
