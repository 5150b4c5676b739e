# SPDX-License-Identifier: Apache-2.0
"""What a gateway node is told of a router: its cards, its way out, and whose addresses it translates.

A document says all of one router and travels as those of ports do (``docs/decisions/0011-*``): whole,
signed, for a purpose of its own, with a version that grows. All gateways of a cluster may have it;
the one that it names has the router, the others have none of it.

As JSON: see :mod:`synnefo_core.contracts.reading`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from synnefo_core.contracts import reading
from synnefo_core.contracts.nodes import Mode, Network, Route
from synnefo_core.contracts.reading import ID, LATER, MAC, ip_of, require

PURPOSE = "synnefo gateway document"
"""What documents are signed for."""

_LAST_PORT = 65535
_NODE = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,251}[0-9A-Za-z])?")


@dataclass(frozen=True)
class Leg:
    """A router's card in a network.

    Attributes:
        port: Its port's id.
        network: Bridged or filtered; its link is the bridge's name on the gateway.
        addresses: With the lengths of their subnets: ``10.0.0.254/24``.
        is_advertised: Whether guests are told by router advertisements that this is their router.
    """

    port: str
    network: Network
    mac: str
    addresses: tuple[str, ...]
    is_advertised: bool = True

    def __post_init__(self) -> None:
        require(bool(ID.fullmatch(self.port)), "leg.port")
        require(self.network.mode is not Mode.ROUTED and bool(self.network.link), "leg.network")
        require(bool(MAC.fullmatch(self.mac)) and not int(self.mac[1], 16) & 1, "leg.mac")
        for address in self.addresses:
            _interface(address, "leg.addresses")

    def ips(self, version: int) -> list[str]:
        """Return its addresses of an IP version, without lengths."""
        found = [ipaddress.ip_interface(address) for address in self.addresses]
        return [str(each.ip) for each in found if each.version == version]

    def subnets(self, version: int) -> list[str]:
        """Return the subnets of its addresses (CIDR) of an IP version."""
        found = [ipaddress.ip_interface(address) for address in self.addresses]
        return [str(each.network) for each in found if each.version == version]


@dataclass(frozen=True)
class FloatingIp:
    """An IPv4 address of the outside, and the one inside that it stands for."""

    outside: str
    inside: str

    def __post_init__(self) -> None:
        for each in (self.outside, self.inside):
            require(ip_of(each, "floating_ip").version == 4, "floating_ip")


@dataclass(frozen=True)
class Forwarding:
    """Ports of an IPv4 address of the outside that lead to as many of one inside, one to one.

    Attributes:
        protocol: ``tcp`` or ``udp``.
        outside: The address outside, which is no floating IP's.
        first: The first port there.
        last: The last port there.
        inside: The address inside.
        inside_first: What the first port is there.
    """

    protocol: str
    outside: str
    first: int
    last: int
    inside: str
    inside_first: int

    def __post_init__(self) -> None:
        require(self.protocol in ("tcp", "udp"), "forwarding.protocol")
        for each in (self.outside, self.inside):
            require(ip_of(each, "forwarding").version == 4, "forwarding")
        require(1 <= self.first <= self.last <= _LAST_PORT, "forwarding.first")
        inside_last = self.inside_first + self.last - self.first
        require(1 <= self.inside_first <= inside_last <= _LAST_PORT, "forwarding.inside_first")

    def ports(self) -> list[tuple[int, int]]:
        """Return each port outside with what it is inside."""
        shift = self.inside_first - self.first
        return [(port, port + shift) for port in range(self.first, self.last + 1)]


@dataclass(frozen=True)
class GatewayDocument:
    """All that a gateway is told of a router.

    Attributes:
        router: Its id.
        version: Grows with every change; an older one never replaces a newer one.
        expires_at: Seconds since the epoch; who has not got it by then takes it no more.
        node: The name of the gateway that has the router.
        legs: Its cards in networks of tenants; what comes from one may go to the others.
        outside: Its card in the external network; None without one.
        next_hops: Where the rest of the world is: at most one address of each IP version.
        has_snat: Whether who has no floating IP goes out by the first IPv4 address of ``outside``;
            otherwise IPv4 is routed in and out as IPv6 is.
        floating_ips: No address twice.
        routes: More ways, through neighbours of its cards.
        is_up: Whether anything may pass at all.
        is_gone: Whether the router was deleted.
        forwardings: No port outside twice.
    """

    router: str
    version: int
    expires_at: float
    node: str
    legs: tuple[Leg, ...] = ()
    outside: Leg | None = None
    next_hops: tuple[str, ...] = ()
    has_snat: bool = True
    floating_ips: tuple[FloatingIp, ...] = ()
    routes: tuple[Route, ...] = ()
    is_up: bool = True
    is_gone: bool = False
    forwardings: tuple[Forwarding, ...] = field(default=(), metadata=LATER)

    def __post_init__(self) -> None:
        require(bool(ID.fullmatch(self.router)), "router")
        require(self.version >= 0, "version")
        require(bool(_NODE.fullmatch(self.node)), "node")
        cards = [*self.legs, *([self.outside] if self.outside else [])]
        require(_are_different([card.port for card in cards]), "legs")
        versions = [ip_of(each, "next_hops").version for each in self.next_hops]
        require(_are_different(versions) and (not versions or bool(self.outside)), "next_hops")
        require(_are_different([each.outside for each in self.floating_ips]), "floating_ips")
        require(_are_different([each.inside for each in self.floating_ips]), "floating_ips")
        require(not self.floating_ips or self.outside is not None, "floating_ips")
        self._require_forwardings()
        nets = [
            ipaddress.ip_network(net)
            for card in cards
            for net in (*card.subnets(4), *card.subnets(6))
        ]
        for route in self.routes:
            hop = ipaddress.ip_address(route.next_hop)
            require(any(hop in net for net in nets), "routes")

    def _require_forwardings(self) -> None:
        require(not self.forwardings or self.outside is not None, "forwardings")
        whole = {each.outside for each in self.floating_ips}
        require(whole.isdisjoint(each.outside for each in self.forwardings), "forwardings")
        spans = sorted((one.outside, one.protocol, one.first, one.last) for one in self.forwardings)
        for before, after in pairwise(spans):
            require(before[:2] != after[:2] or before[3] < after[2], "forwardings")

    def to_json(self) -> str:
        """Return it as text, the same for the same document."""
        return reading.to_json(self)

    @classmethod
    def from_json(cls, text: str) -> GatewayDocument:
        """Read what :meth:`to_json` wrote.

        Raises:
            InvalidDocument: It is none, or one of another format.
        """
        return reading.from_json(cls, text)


def _interface(text: str, name: str) -> None:
    """Check an address with the length of its subnet, in its canonical form."""
    ip, _, length = text.partition("/")
    address = ip_of(ip, name)
    canonical = length.isascii() and length.isdecimal() and str(int(length)) == length
    require(canonical and int(length) <= address.max_prefixlen, name)


def _are_different(values: Sequence[object]) -> bool:
    return len(values) == len(set(values))
