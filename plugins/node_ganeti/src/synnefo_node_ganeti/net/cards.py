# SPDX-License-Identifier: Apache-2.0
"""The cards that are connected on this node."""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from synnefo_core.contracts.nodes import Mode, Network, PortDocument

Prefix = ipaddress.IPv4Network | ipaddress.IPv6Network

_INTERFACE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,14}")


@dataclass(frozen=True)
class Card:
    """A connected card.

    Attributes:
        tap: The interface on the node whose other end is the guest's.
        bridge: What the interface is a port of; empty in routed mode.
        zone: The network's number among connections on this node, 1 to 65535: two networks may
            use the same addresses.
    """

    tap: str
    bridge: str
    zone: int
    document: PortDocument

    def __post_init__(self) -> None:
        for interface in (self.tap, *([self.bridge] if self.bridge else [])):
            if not _INTERFACE.fullmatch(interface):
                msg = f"not an interface's name: {interface!r}"
                raise ValueError(msg)
        if not 1 <= self.zone <= 65535:
            msg = f"not a zone: {self.zone}"
            raise ValueError(msg)

    @property
    def is_open(self) -> bool:
        """Whether anything may pass."""
        return self.document.is_up and not self.document.is_gone

    @property
    def is_routed(self) -> bool:
        return self.document.network.mode is Mode.ROUTED

    @property
    def is_filtered(self) -> bool:
        return self.document.network.mode is Mode.FILTERED

    def sources(self, version: int, *, also: str = "") -> list[tuple[str, Prefix]]:
        """Return which addresses its guest may send from, by MAC; no two of a MAC overlap.

        ``also`` is one more address for each MAC.
        """
        document = self.document
        allowed = [(document.mac, address.ip) for address in document.addresses]
        allowed += [(pair.mac, pair.prefix) for pair in document.pairs]
        if also:
            allowed += [(mac, also) for mac in self.macs]
        if version == 6:
            allowed += [(mac, str(link_local(mac))) for mac in self.macs]
        by_mac: dict[str, list[str]] = defaultdict(list)
        for mac, prefix in allowed:
            by_mac[mac].append(prefix)
        return [
            (mac, prefix)
            for mac, prefixes in sorted(by_mac.items())
            for prefix in collapsed(prefixes, version)
        ]

    @property
    def macs(self) -> list[str]:
        """Which MACs its guest may send from."""
        return sorted({self.document.mac, *(pair.mac for pair in self.document.pairs)})


@dataclass(frozen=True)
class Joint:
    """Where a router of this node is joined to a network's bridge.

    Attributes:
        interface: The bridge's port, whose other end is the router's.
        zone: The network's number among connections on this node.
    """

    interface: str
    bridge: str
    zone: int
    network: Network

    def __post_init__(self) -> None:
        for interface in (self.interface, self.bridge):
            if not _INTERFACE.fullmatch(interface):
                msg = f"not an interface's name: {interface!r}"
                raise ValueError(msg)

    @property
    def is_filtered(self) -> bool:
        return self.network.mode is Mode.FILTERED


@dataclass(frozen=True)
class Server:
    """The interface on a bridge behind which guests of one network are told what they ask.

    Nothing of it leaves the node: each node has its own, and all have the same addresses.
    """

    interface: str
    network: str

    def __post_init__(self) -> None:
        if not _INTERFACE.fullmatch(self.interface):
            msg = f"not an interface's name: {self.interface!r}"
            raise ValueError(msg)


def collapsed(prefixes: Iterable[str], version: int) -> list[Prefix]:
    """Return the fewest prefixes of an IP version that hold the same addresses, in order."""
    networks = [ipaddress.ip_network(prefix) for prefix in prefixes]
    if version == 4:
        four = [network for network in networks if isinstance(network, ipaddress.IPv4Network)]
        return list(ipaddress.collapse_addresses(four))
    six = [network for network in networks if isinstance(network, ipaddress.IPv6Network)]
    return list(ipaddress.collapse_addresses(six))


def link_local(mac: str) -> ipaddress.IPv6Address:
    """Return the link-local address that an interface with a MAC makes for itself (EUI-64)."""
    first, *rest = bytes.fromhex(mac.replace(":", ""))
    eui64 = bytes([first ^ 2, *rest[:2], 0xFF, 0xFE, *rest[2:]])
    return ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + eui64)
