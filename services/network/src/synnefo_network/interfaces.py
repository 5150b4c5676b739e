# SPDX-License-Identifier: Apache-2.0
"""Interfaces of routers: ports by which they are on networks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_network import (
    addresses,
    attachments,
    extra_routes,
    floating_links,
    ports,
    routers,
    subnets,
)
from synnefo_network.addresses import Assignment
from synnefo_network.attachments import Attachment
from synnefo_network.devices import ROUTER_INTERFACE
from synnefo_network.floating_errors import InterfaceTranslated
from synnefo_network.models import NetworkRow, PortRow, SubnetRow
from synnefo_network.router_errors import InterfaceNeeded, InterfaceNotFound
from synnefo_network.router_models import RouterRow
from synnefo_network.router_values import Interface
from synnefo_network.values import FixedIp, PortSpec


def add_interface(
    context: RequestContext,
    router_id: str,
    *,
    subnet_id: str | None = None,
    port_id: str | None = None,
) -> Interface:
    """Connect a router to a subnet, as its gateway, or to a network by a port of the caller's.

    Raises:
        AddressInUse: Somebody has the address of the subnet's gateway.
        InvalidField: Not one of both is named, the subnet has no gateway or is another project's,
            or the port has no address or several of IPv4.
        NotFound: The caller has no such router, subnet or port.
        PortInUse: A device has the port.
        SubnetsOverlap: The router is connected to these addresses already.
    """
    if (subnet_id is None) == (port_id is None):
        raise InvalidField("", "either subnet_id or port_id must be given")
    with context.unit_of_work() as session:
        router = routers.lock_own(context, session, router_id)
        if port_id is not None:
            made = _by_port(context, session, router, port_id)
        else:
            made = _by_subnet(context, session, router, subnet_id or "")
        routers.touch(context, session, router)
        return made


def _by_port(
    context: RequestContext, session: Session, router: RouterRow, port_id: str
) -> Interface:
    row = ports.lock(context, session, port_id)
    ports.require_free(row)
    given = addresses.of_ports(session, [row.id]).get(row.id, [])
    if not given:
        raise InvalidField("port_id", f"port {port_id} has no address")
    if sum(fixed.version == 4 for fixed in given) > 1:
        raise InvalidField("port_id", f"port {port_id} has several IPv4 addresses")
    query = select(SubnetRow.cidr).where(SubnetRow.id.in_([fixed.subnet_id for fixed in given]))
    attachments.require_apart(session.scalars(query), attachments.of_router(session, router.id))
    row.device_id, row.device_owner = router.id, ROUTER_INTERFACE
    row.is_temporary = False
    row.revision += 1
    row.updated_at = context.now()
    return _made(router, row, given)


def _by_subnet(
    context: RequestContext, session: Session, router: RouterRow, subnet_id: str
) -> Interface:
    subnet = subnets.visible_row(context, session, subnet_id)
    if subnet.gateway_ip is None:
        raise InvalidField("subnet_id", f"subnet {subnet_id} has no gateway")
    network = session.get_one(NetworkRow, subnet.network_id)
    if not context.is_admin and network.project_id != context.project_id:
        raise InvalidField("subnet_id", f"subnet {subnet_id} is not of the caller's project")
    attachments.require_apart([subnet.cidr], attachments.of_router(session, router.id))
    spec = PortSpec(
        network_id=network.id,
        project_id=router.project_id,
        device_id=router.id,
        device_owner=ROUTER_INTERFACE,
    )
    row = ports.insert_own(context, session, network, spec)
    return _made(router, row, [Assignment(session, row, [subnet]).give_gateway(subnet)])


def _made(router: RouterRow, row: PortRow, given: Sequence[FixedIp]) -> Interface:
    subnet_ids = tuple(fixed.subnet_id for fixed in given)
    return Interface(router.id, router.project_id, row.id, row.network_id, subnet_ids)


def remove_interface(
    context: RequestContext,
    router_id: str,
    *,
    subnet_id: str | None = None,
    port_id: str | None = None,
) -> Interface:
    """Disconnect a router from a subnet, or from the network of a port; the port goes.

    Raises:
        InterfaceNeeded: A route leads through it.
        InterfaceTranslated: Floating IPs stand for addresses behind it.
        InterfaceNotFound: The router is not connected there.
        InvalidField: Neither is named.
        NotFound: The caller has no such router.
    """
    if subnet_id is None and port_id is None:
        raise InvalidField("", "subnet_id or port_id must be given")
    with context.unit_of_work() as session:
        router = routers.lock_own(context, session, router_id)
        attached = [
            one
            for one in attachments.of_router(session, router.id)
            if one.device_owner == ROUTER_INTERFACE
        ]
        chosen = _chosen(attached, subnet_id, port_id)
        if chosen is None:
            raise InterfaceNotFound(router_id, port_id or subnet_id or "")
        going = [one for one in attached if one.port_id == chosen.port_id]
        for one in going:
            _require_unneeded(session, router, one)
        ports.remove(session, [chosen.port_id])
        routers.touch(context, session, router)
        subnet_ids = tuple(one.subnet_id for one in going)
        return Interface(
            router.id, router.project_id, chosen.port_id, chosen.network_id, subnet_ids
        )


def _chosen(
    attached: Sequence[Attachment], subnet_id: str | None, port_id: str | None
) -> Attachment | None:
    for one in attached:
        if subnet_id in (None, one.subnet_id) and port_id in (None, one.port_id):
            return one
    return None


def _require_unneeded(session: Session, router: RouterRow, interface: Attachment) -> None:
    if floating_links.has_in(session, router.id, interface.cidr):
        raise InterfaceTranslated(router.id, interface.subnet_id)
    if extra_routes.leads_through(router.routes, interface.cidr):
        raise InterfaceNeeded(router.id, interface.subnet_id)
