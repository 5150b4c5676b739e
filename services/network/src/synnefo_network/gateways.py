# SPDX-License-Identifier: Apache-2.0
"""Connecting a router to a network that leads outside."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_network import attachments, floating_links, networks, policies, ports
from synnefo_network.devices import ROUTER_GATEWAY
from synnefo_network.floating_errors import GatewayNeeded
from synnefo_network.models import NetworkRow, SubnetRow
from synnefo_network.router_errors import NotExternal
from synnefo_network.router_models import RouterRow
from synnefo_network.router_values import GatewaySpec
from synnefo_network.values import PortSpec

NOBODY = ""
"""The project of ports that a tenant's router or floating IP has on somebody else's network."""


def change(
    context: RequestContext, session: Session, router: RouterRow, wanted: GatewaySpec | None
) -> None:
    """Connect a router, whose row is locked, as wanted; None for not at all.

    Raises:
        AddressInUse: An address that was asked for is taken.
        Forbidden: Only administrators choose addresses there, or have none translated.
        GatewayNeeded: Floating IPs are reached through the gateway that there is.
        NoAddressLeft: The network has no address left.
        NotExternal: The network does not lead outside.
        NotFound: There is no such network, or the caller may not see it.
        SubnetsOverlap: It has a range to which the router is connected already.
    """
    if wanted is None:
        _disconnect(session, router)
        return
    if wanted.fixed_ips is not None or wanted.is_snat_enabled is not None:
        context.cloud.policy.require(context, policies.GATEWAY_CHOICES)
    if wanted.network_id != router.gateway_network_id:
        _disconnect(session, router)
        _connect(context, session, router, wanted)
    elif wanted.fixed_ips is not None:
        _drop_port(session, router)
        _connect(context, session, router, wanted)
    elif wanted.is_snat_enabled is not None:
        router.is_snat_enabled = wanted.is_snat_enabled


def _connect(
    context: RequestContext, session: Session, router: RouterRow, wanted: GatewaySpec
) -> None:
    network = external_network(context, session, wanted.network_id)
    cidrs = session.scalars(select(SubnetRow.cidr).where(SubnetRow.network_id == network.id))
    attachments.require_apart(cidrs, attachments.of_router(session, router.id))
    spec = PortSpec(
        network_id=network.id,
        project_id=NOBODY,
        fixed_ips=wanted.fixed_ips,
        device_id=router.id,
        device_owner=ROUTER_GATEWAY,
    )
    port = ports.add_own(context, session, network, spec)
    router.gateway_network_id, router.gateway_port_id = network.id, port.id
    if wanted.is_snat_enabled is not None:
        router.is_snat_enabled = wanted.is_snat_enabled


def external_network(context: RequestContext, session: Session, network_id: str) -> NetworkRow:
    """Return a network that leads outside and that the caller may see.

    Raises:
        NotExternal: It does not lead outside.
        NotFound: There is none, or the caller may not see it.
    """
    query = select(NetworkRow).where(NetworkRow.id == network_id, *networks.visible(context))
    network = session.scalar(query)
    if network is None:
        raise NotFound("network", network_id)
    if not network.is_external:
        raise NotExternal(network_id)
    return network


def _disconnect(session: Session, router: RouterRow) -> None:
    """Take a router's gateway away, if it has one."""
    if floating_links.has_any(session, router.id):
        raise GatewayNeeded(router.id)
    _drop_port(session, router)
    router.gateway_network_id = None
    router.is_snat_enabled = True


def _drop_port(session: Session, router: RouterRow) -> None:
    if router.gateway_port_id is not None:
        ports.remove(session, [router.gateway_port_id])
    router.gateway_port_id = None
