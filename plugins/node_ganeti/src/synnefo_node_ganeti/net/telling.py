# SPDX-License-Identifier: Apache-2.0
"""What guests of a network are told by DHCP and router advertisements, as a configuration of dnsmasq.

The server of a network is at the same addresses on all nodes and is heard by none but the guests of
its node, so it may use addresses that no guest has: 169.254.169.254, and the first of an IPv6
subnet, which belongs to routers (RFC 4291, 2.6.1). A routed card has a server of its own, on the very
interface of the node, which is the guest's router.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from synnefo_core.contracts.dhcp import DhcpOption, Kind
from synnefo_core.contracts.nodes import Ipv6, PortDocument, Subnet
from synnefo_node_ganeti.net.cards import Card, Server

ADDRESS = "169.254.169.254"
INTERFACE = "eth0"
LEASE_S = 86400
ADVERTISED_EVERY_S = 300
ROUTER_LIFETIME_S = 1800

_ALWAYS = (
    "port=0",
    "no-resolv",
    "no-hosts",
    "no-ping",
    "keep-in-foreground",
    "log-facility=-",
    "pid-file=",
    "user=nobody",
    "group=nogroup",
    "leasefile-ro",
    "dhcp-authoritative",
    "bind-interfaces",
    "quiet-dhcp",
    "quiet-dhcp6",
    "quiet-ra",
)
_RANGES = {
    Ipv6.SLAAC: "ra-only",
    Ipv6.STATELESS: "ra-stateless",
    Ipv6.STATEFUL: "static",
}


@dataclass(frozen=True)
class Telling:
    """What a server is, and what it says.

    Attributes:
        interface: Where it listens.
        bridge: Where it is joined; empty for one on a routed card.
        mac: Its own; of the network's prefix, so that filtered networks let it through.
        prefixes: Its addresses, with the lengths of their networks.
        configuration: Of dnsmasq.
        files: What each guest finds at 169.254.169.254, by its addresses.
    """

    server: Server
    interface: str
    bridge: str
    mac: str
    mtu: int
    prefixes: tuple[str, ...]
    configuration: str
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)


def tellings(cards: Sequence[Card]) -> list[Telling]:
    """Return what is told to some cards: one server a network with anything to tell."""
    networks: dict[tuple[str, str], list[Card]] = defaultdict(list)
    for card in cards:
        if card.is_open and any(_told(card.document)):
            networks[card.document.network.id, card.tap if card.is_routed else ""].append(card)
    return [_telling(networks[key]) for key in sorted(networks)]


def _telling(cards: Sequence[Card]) -> Telling:
    first = cards[0]
    network = first.document.network
    # Cards of one network may know different versions of a subnet for a moment: the newest counts.
    by_age = sorted(cards, key=lambda card: card.document.version)
    subnets = {subnet.id: subnet for card in by_age for subnet in _told(card.document)}
    ordered = [subnets[key] for key in sorted(subnets)]
    interface = first.tap if first.is_routed else INTERFACE
    lines = [*_ALWAYS, f"interface={interface}", *_ranges(ordered, interface, first)]
    used: set[str] = set()
    for number, card in enumerate(sorted(cards, key=lambda card: card.tap)):
        lines += _host(card.document, ordered, used, tag=f"p{number}")
    six = [ipaddress.ip_network(subnet.cidr) for subnet in ordered if subnet.version == 6]
    return Telling(
        server=Server(first.tap if first.is_routed else f"sv{first.zone}", network.id),
        interface=interface,
        bridge=first.bridge,
        mac=f"{network.mac_prefix}:ff:ff:fe",
        mtu=network.mtu,
        prefixes=(f"{ADDRESS}/32", *(f"{net.network_address}/{net.prefixlen}" for net in six)),
        configuration="\n".join(lines) + "\n",
        files={
            address.ip: card.document.metadata
            for card in cards
            for address in card.document.addresses
        },
    )


def _told(document: PortDocument) -> Iterable[Subnet]:
    """Yield the subnets that guests are told of at all."""
    for subnet in document.subnets:
        if subnet.has_dhcp and (subnet.version == 4 or subnet.address_mode or subnet.ra_mode):
            yield subnet


def _ranges(subnets: Sequence[Subnet], interface: str, card: Card) -> Iterable[str]:
    mtu = card.document.network.mtu
    if any(subnet.ra_mode for subnet in subnets):
        yield "enable-ra"
        # Not a router (lifetime 0): that is said by whoever is one.
        lifetime_s = ROUTER_LIFETIME_S if card.is_routed else 0
        yield f"ra-param={interface},mtu:{mtu},high,{ADVERTISED_EVERY_S},{lifetime_s}"
    for number, subnet in enumerate(subnets):
        if subnet.version == 4:
            yield from _four(f"s{number}", subnet, interface, mtu)
        else:
            yield from _six(f"s{number}", subnet, is_on_link=not card.is_routed)


def _four(tag: str, subnet: Subnet, interface: str, mtu: int) -> Iterable[str]:
    network = ipaddress.ip_network(subnet.cidr)
    yield f"dhcp-range=set:{tag},{network.network_address},static,{network.netmask},{LEASE_S}"
    yield f"shared-network={interface},{network.network_address}"
    option = f"dhcp-option=tag:{tag},option"
    # An option without a value is one that dnsmasq would otherwise make up.
    yield ",".join([f"{option}:router", *([subnet.gateway] if subnet.gateway else [])])
    yield ",".join([f"{option}:dns-server", *(ip for ip in subnet.dns_servers if "." in ip)])
    yield f"{option}:mtu,{mtu}"
    routes = [(f"{ADDRESS}/32", "0.0.0.0")]  # noqa: S104  # nothing listens: on the link
    routes += [(route.destination, route.next_hop) for route in subnet.routes]
    if subnet.gateway:
        # Clients that are told of routes here don't look at the router above (RFC 3442).
        routes.append(("0.0.0.0/0", subnet.gateway))
    yield ",".join([f"{option}:classless-static-route", *(one for pair in routes for one in pair)])


def _six(tag: str, subnet: Subnet, *, is_on_link: bool) -> Iterable[str]:
    network = ipaddress.ip_network(subnet.cidr)
    kind = _RANGES[subnet.address_mode or subnet.ra_mode]
    # Neighbours of a routed card are behind its router.
    kinds = kind if is_on_link else f"{kind},off-link"
    yield f"dhcp-range=set:{tag},{network.network_address},{kinds},{network.prefixlen},{LEASE_S}"
    servers = ",".join(f"[{ip}]" for ip in subnet.dns_servers if ":" in ip)
    if servers:
        yield f"dhcp-option=tag:{tag},option6:dns-server,{servers}"


def _host(
    document: PortDocument, subnets: Sequence[Subnet], used: set[str], *, tag: str
) -> Iterable[str]:
    """Yield what is told to one guest; what somebody before it uses is its no more.

    dnsmasq would serve nobody of the network when two had one address.
    """
    told = {subnet.id: subnet for subnet in subnets}
    mine = [
        (told[each.subnet], each.ip)
        for each in document.addresses
        if each.subnet in told and each.ip not in used
    ]
    if document.mac in used:
        return
    four = [ip for subnet, ip in mine if subnet.version == 4][:1]
    six = [ip for subnet, ip in mine if subnet.address_mode is Ipv6.STATEFUL]
    name = [document.host_name] if document.host_name else []
    used.update([document.mac, *four, *six])
    tags = [f"set:{tag}"] if document.dhcp_options else []
    if four or six or name or tags:
        bracketed = [f"[{ip}]" for ip in six]
        yield ",".join([f"dhcp-host={document.mac}", *tags, *four, *bracketed, *name])
    for option in document.dhcp_options:
        # Of two options the one by a guest's own tag counts before the one by its subnet's.
        family = "option6:" if option.version == 6 else ""
        yield ",".join([f"dhcp-option=tag:{tag}", f"{family}{option.number}", *_said(option)])


def _said(option: DhcpOption) -> Iterable[str]:
    """Yield an option's values so that dnsmasq takes them for what they are."""
    for value in option.values:
        if option.kind is Kind.TEXT:
            yield f'"{value}"'
        elif option.kind is Kind.ADDRESSES and option.version == 6:
            yield f"[{value}]"
        else:
            yield value
