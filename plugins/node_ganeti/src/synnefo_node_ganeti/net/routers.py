# SPDX-License-Identifier: Apache-2.0
"""What a router is in its name space: cables, ways and rules, as a function of its document.

The rules stay as they are; what differs from router to router, and from one moment to the next, is in
their maps and sets. These change in one transaction, so each packet finds the old ones or the new
ones, and connections keep the addresses that they began with as long as these are still theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from synnefo_core.contracts.gateways import GatewayDocument, Leg
from synnefo_node_ganeti.net.cards import collapsed
from synnefo_node_ganeti.net.tables import block

OUTSIDE = "outside"
PREFIX = "synnefo-"
"""How the names of routers' name spaces begin; the router's id follows."""


@dataclass(frozen=True)
class Link:
    """A cable between a bridge of the gateway and a router's name space.

    Attributes:
        outer: Its end on the gateway.
        inner: Its end in the name space.
        addresses: With the lengths of their subnets.
        leg: The card that it is.
    """

    outer: str
    inner: str
    addresses: tuple[str, ...]
    leg: Leg


def name_space(router: str) -> str:
    """Return the name of a router's name space."""
    return f"{PREFIX}{router}"


def outer(leg: Leg) -> str:
    """Return the name of the interface on the gateway behind which a router's card is."""
    return f"gw{_digest(leg.port)[:12]}"


def links(document: GatewayDocument) -> list[Link]:
    """Return the cables of a router; none while it is down."""
    if not document.is_up:
        return []
    found = [
        Link(outer(leg), f"in{_digest(leg.port)[:12]}", leg.addresses, leg) for leg in document.legs
    ]
    if document.outside is not None:
        theirs = [each.outside for each in document.floating_ips]
        theirs += [each.outside for each in document.forwardings]
        floating = tuple(f"{ip}/32" for ip in theirs)
        addresses = tuple(dict.fromkeys((*document.outside.addresses, *floating)))
        found.append(Link(outer(document.outside), OUTSIDE, addresses, document.outside))
    return found


def ways(document: GatewayDocument) -> list[tuple[str, str]]:
    """Return destinations (CIDR, or ``default``) and the next hops to them."""
    if not document.is_up:
        return []
    beyond = [("default", hop) for hop in document.next_hops]
    return beyond + [(route.destination, route.next_hop) for route in document.routes]


_RULES = (
    "map floating { type ipv4_addr : ipv4_addr; }",
    "map fixed { type ipv4_addr : ipv4_addr; }",
    # The router's own address outside, under the one key that each packet of IPv4 has.
    "map own { typeof meta nfproto : ip saddr; }",
    # Floating IPs with the addresses that they stand for.
    "set pairs { type ipv4_addr . ipv4_addr; }",
    "set owned { type ipv4_addr; }",
    # Ports of addresses outside with those inside, and between what they lead.
    "map forwarded { type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service; }",
    "set served { type inet_proto . ipv4_addr . ipv4_addr . inet_service; }",
    # What may be entered from outside without a floating IP.
    "set routed4 { type ipv4_addr; flags interval; }",
    "set routed6 { type ipv6_addr; flags interval; }",
    *block(
        "chain in",
        [
            "type nat hook prerouting priority -100; policy accept;",
            "dnat ip to ip daddr map @floating",
            "dnat ip to meta l4proto . ip daddr . th dport map @forwarded",
        ],
    ),
    *block(
        "chain translated", ["snat ip to ip saddr map @fixed", "snat ip to meta nfproto map @own"]
    ),
    *block(
        "chain out",
        [
            "type nat hook postrouting priority 100; policy accept;",
            f'oifname "{OUTSIDE}" jump translated',
            # Who asks a neighbour by its floating IP has to be answered through here.
            f'ct status dnat iifname != "{OUTSIDE}" jump translated',
        ],
    ),
    *block(
        "chain by_port",
        [
            # What went wrong with a packet of a connection.
            "ct state related return",
            "ct direction original meta l4proto . ct original ip daddr . ip daddr . th dport @served return",
            "ct direction reply meta l4proto . ct original ip daddr . ip saddr . th sport @served return",
            "drop",
        ],
    ),
    *block(
        "chain forward",
        [
            "type filter hook forward priority 0; policy drop;",
            "ct state invalid drop",
            # A connection ends with the floating IP, or the port of one, that it came by, or went by.
            "ct status dnat ct original ip daddr . ct reply ip saddr != @pairs jump by_port",
            "ct status snat ct reply ip daddr != @owned ct reply ip daddr . ct original ip saddr != @pairs drop",
            "ct state established,related accept",
            f'iifname "{OUTSIDE}" oifname "{OUTSIDE}" drop',
            f'iifname "{OUTSIDE}" ct status dnat accept',
            f'iifname "{OUTSIDE}" ip daddr @routed4 accept',
            f'iifname "{OUTSIDE}" ip6 daddr @routed6 accept',
            f'iifname "{OUTSIDE}" drop',
            "accept",
        ],
    ),
    *block(
        "chain input",
        [
            "type filter hook input priority 0; policy drop;",
            'iifname "lo" accept',
            "ct state established,related accept",
            "icmp type echo-request accept",
            "icmpv6 type { echo-request, nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept",
        ],
    ),
)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


TABLE = f"router-{_digest(' '.join(_RULES))[:12]}"
"""By its rules, so that other ones are never taken for these."""


def frame() -> str:
    """Return the rules that all routers have, for a name space that has none of them."""
    return "\n".join(block(f"table inet {TABLE}", _RULES)) + "\n"


def content(document: GatewayDocument) -> str:
    """Return what makes the maps and sets of the rules those of a router, at once."""
    lines = []
    for name, elements in _elements(document).items():
        lines.append(f"flush {'map' if name in _MAPS else 'set'} inet {TABLE} {name}")
        if elements:
            lines.append(f"add element inet {TABLE} {name} {{ {', '.join(elements)} }}")
    return "\n".join(lines) + "\n"


_MAPS = ("floating", "fixed", "own", "forwarded")


def _elements(document: GatewayDocument) -> Mapping[str, list[str]]:
    pairs = document.floating_ips
    own = document.outside.ips(4)[:1] if document.outside and document.has_snat else []
    routed4 = [] if document.has_snat else _subnets(document, 4)
    return {
        "floating": [f"{each.outside} : {each.inside}" for each in pairs],
        "fixed": [f"{each.inside} : {each.outside}" for each in pairs],
        "own": [f"ipv4 : {ip}" for ip in own],
        "pairs": [f"{each.outside} . {each.inside}" for each in pairs],
        "owned": own,
        "forwarded": [
            f"{each.protocol} . {each.outside} . {port} : {each.inside} . {inside}"
            for each in document.forwardings
            for port, inside in each.ports()
        ],
        "served": sorted(
            {
                f"{each.protocol} . {each.outside} . {each.inside} . {inside}"
                for each in document.forwardings
                for _, inside in each.ports()
            }
        ),
        "routed4": routed4,
        "routed6": _subnets(document, 6),
    }


def _subnets(document: GatewayDocument, version: int) -> list[str]:
    """Return the networks behind a router."""
    inside = [net for leg in document.legs for net in leg.subnets(version)]
    return [str(net) for net in collapsed(inside, version)]
