# SPDX-License-Identifier: Apache-2.0
"""All that documents say of routers, read for many of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.contracts.gateways import FloatingIp, Forwarding, GatewayDocument, Leg
from synnefo_core.contracts.nodes import Route
from synnefo_core.db.among import among
from synnefo_network.devices import ROUTER_GATEWAY, ROUTER_INTERFACE
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.forwarding_models import PortForwardingRow
from synnefo_network.models import AddressRow, NetworkRow, PortRow, SubnetRow
from synnefo_network.nodes.facts import network_of
from synnefo_network.router_models import RouterRow

NOWHERE = "nowhere"
"""The node of a router that is gone."""


@dataclass(frozen=True)
class Card:
    """A port of a router: it, its network, and its addresses with their subnets."""

    port: PortRow
    network: NetworkRow
    addresses: Sequence[tuple[str, SubnetRow]]


@dataclass(frozen=True)
class Facts:
    """What the network says of a router; see :class:`GatewayDocument`.

    ``forwarded`` are port forwardings with the addresses outside that these are of.
    """

    router: RouterRow
    inside: Sequence[Card]
    outside: Card | None
    floating: Sequence[FloatingIpRow]
    forwarded: Sequence[tuple[str, PortForwardingRow]] = ()

    @property
    def networks(self) -> set[str]:
        """Return the ids of the networks of tenants that it leads from."""
        return {card.network.id for card in self.inside}


def render(facts: Facts, *, node: str, link: str) -> GatewayDocument:
    """Return the document of a router, without version and expiry.

    Args:
        facts: All of it.
        node: The gateway that has it.
        link: The bridge, on gateways, of networks that name none.

    Raises:
        InvalidDocument: A gateway can't have such a router.
    """
    legs = tuple(_leg(card, link) for card in facts.inside if card.port.is_admin_up)
    outside = facts.outside
    outer = None if outside is None else replace(_leg(outside, link), is_advertised=False)
    cards = [*legs, *([outer] if outer else [])]
    return GatewayDocument(
        router=facts.router.id,
        version=0,
        expires_at=0.0,
        node=node,
        legs=legs,
        outside=outer,
        next_hops=() if outside is None else _next_hops(outside),
        has_snat=facts.router.is_snat_enabled,
        floating_ips=tuple(
            FloatingIp(str(ip_address(each.ip)), str(ip_address(str(each.fixed_ip))))
            for each in facts.floating
        ),
        forwardings=tuple(_forwarding(ip, row) for ip, row in facts.forwarded),
        routes=tuple(_routes(facts.router.routes, cards)),
        is_up=facts.router.is_admin_up,
    )


def render_gone(router_id: str, *, version: int, expires_at: float) -> GatewayDocument:
    """Return the document that says that a router is not there any more."""
    return GatewayDocument(router_id, version, expires_at, NOWHERE, is_up=False, is_gone=True)


def _forwarding(ip: str, row: PortForwardingRow) -> Forwarding:
    return Forwarding(
        protocol=row.protocol,
        outside=str(ip_address(ip)),
        first=row.outside_first,
        last=row.outside_last,
        inside=str(ip_address(row.fixed_ip)),
        inside_first=row.inside_first,
    )


def _leg(card: Card, link: str) -> Leg:
    network = network_of(card.network)
    return Leg(
        port=card.port.id,
        network=network if network.link else replace(network, link=link),
        mac=card.port.mac,
        addresses=tuple(
            f"{ip_address(ip)}/{ip_network(subnet.cidr).prefixlen}" for ip, subnet in card.addresses
        ),
        is_advertised=any(
            subnet.ipv6_ra_mode and ip == subnet.gateway_ip for ip, subnet in card.addresses
        ),
    )


def _next_hops(outside: Card) -> tuple[str, ...]:
    """Return the gateways of a router's subnets outside: the first one of each IP version."""
    hops: dict[int, str] = {}
    for _, subnet in outside.addresses:
        if subnet.gateway_ip is not None:
            hops.setdefault(subnet.ip_version, str(ip_address(subnet.gateway_ip)))
    return tuple(hops.values())


def _routes(routes: Iterable[Sequence[str]], cards: Sequence[Leg]) -> Iterable[Route]:
    """Yield the routes that lead through cards which are up."""
    nets = [ip_interface(address).network for card in cards for address in card.addresses]
    for destination, hop in routes:
        if any(ip_address(hop) in net for net in nets):
            yield Route(str(ip_network(destination)), str(ip_address(hop)))


def facts_of(session: Session, router_ids: Collection[str]) -> dict[str, Facts]:
    """Return what is known of those routers that there are, by id."""
    query = select(RouterRow).where(among(RouterRow.id, router_ids)).order_by(RouterRow.id)
    rows = list(session.scalars(query))
    cards = _cards(session, [row.id for row in rows])
    floating = _floating(session, [row.id for row in rows])
    forwarded = _forwarded(session, [row.id for row in rows])
    return {
        row.id: Facts(
            row,
            inside=[card for card in cards[row.id] if card.port.device_owner == ROUTER_INTERFACE],
            outside=next(
                (card for card in cards[row.id] if card.port.id == row.gateway_port_id), None
            ),
            floating=floating[row.id],
            forwarded=forwarded[row.id],
        )
        for row in rows
    }


def _cards(session: Session, router_ids: Collection[str]) -> Mapping[str, list[Card]]:
    query = (
        select(PortRow, NetworkRow)
        .join(NetworkRow, NetworkRow.id == PortRow.network_id)
        .where(
            among(PortRow.device_id, router_ids),
            PortRow.device_owner.in_([ROUTER_INTERFACE, ROUTER_GATEWAY]),
        )
        .order_by(PortRow.id)
    )
    rows: list[Any] = list(session.execute(query))
    addresses = _addresses(session, [port.id for port, _ in rows])
    found: dict[str, list[Card]] = defaultdict(list)
    for port, network in rows:
        found[port.device_id].append(Card(port, network, addresses[port.id]))
    return found


def _addresses(
    session: Session, port_ids: Collection[str]
) -> Mapping[str, list[tuple[str, SubnetRow]]]:
    query = (
        select(AddressRow.port_id, AddressRow.ip, SubnetRow)
        .join(SubnetRow, SubnetRow.id == AddressRow.subnet_id)
        .where(among(AddressRow.port_id, port_ids))
        .order_by(SubnetRow.ip_version, AddressRow.ip, AddressRow.id)
    )
    found: dict[str, list[tuple[str, SubnetRow]]] = defaultdict(list)
    for port_id, ip, subnet in session.execute(query):
        found[port_id].append((ip, subnet))
    return found


def _floating(session: Session, router_ids: Collection[str]) -> Mapping[str, list[FloatingIpRow]]:
    query = (
        select(FloatingIpRow)
        .where(FloatingIpRow.router_id.in_(router_ids), FloatingIpRow.port_id.is_not(None))
        .order_by(FloatingIpRow.ip)
    )
    found: dict[str, list[FloatingIpRow]] = defaultdict(list)
    for row in session.scalars(query):
        found[str(row.router_id)].append(row)
    return found


def _forwarded(
    session: Session, router_ids: Collection[str]
) -> Mapping[str, list[tuple[str, PortForwardingRow]]]:
    query = (
        select(FloatingIpRow.router_id, FloatingIpRow.ip, PortForwardingRow)
        .join(PortForwardingRow, PortForwardingRow.floating_ip_id == FloatingIpRow.id)
        .where(FloatingIpRow.router_id.in_(router_ids))
        .order_by(FloatingIpRow.ip, PortForwardingRow.protocol, PortForwardingRow.outside_first)
    )
    found: dict[str, list[tuple[str, PortForwardingRow]]] = defaultdict(list)
    for router_id, ip, row in session.execute(query):
        found[str(router_id)].append((ip, row))
    return found
