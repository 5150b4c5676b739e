# SPDX-License-Identifier: Apache-2.0
"""What routers say of themselves: which addresses are theirs now, and that they are routers."""

from __future__ import annotations

import ipaddress
import selectors
import socket
import struct
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from synnefo_node_ganeti.net.inside import inside
from synnefo_node_ganeti.net.parts import Parts
from synnefo_node_ganeti.net.routers import Link

ADVERTISED_EVERY_S = 200.0
LIFETIME_S = 1800
"""How long guests go by a router that they don't hear of any more."""

_ARP, _IP4 = 0x0806, 0x0800
_ARP_REQUEST = 1
_SOLICITATION, _ADVERTISEMENT, _NEIGHBOUR = 133, 134, 136
_OVERRIDE = 0x20000000
_FROM_A_ROUTER = 0x80000000
_ICMP6_FILTER = 1
_NODES = "ff02::1"
_MOST_HOPS = 255
_SOURCE, _TARGET, _MTU = 1, 2, 5


def announce(name_space: Path, addresses: Sequence[tuple[str, str]]) -> None:
    """Tell neighbours, who may still know them by another MAC, of addresses that came.

    Args:
        name_space: Of the router.
        addresses: Interfaces with addresses (and the lengths of their subnets).

    Raises:
        OSError: An interface is not there, or not up.
    """
    if addresses:
        inside(name_space, partial(_announce_all, addresses))


def _announce_all(addresses: Sequence[tuple[str, str]]) -> None:
    for interface, address in addresses:
        _announce(interface, address)


def _announce(interface: str, address: str) -> None:
    ip = ipaddress.ip_interface(address).ip
    mac = _mac(interface)
    if ip.version == 4:
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ARP)) as packets:
            head = struct.pack("!HHBBH", 1, _IP4, 6, 4, _ARP_REQUEST)
            content = head + mac + ip.packed + bytes(6) + ip.packed
            packets.sendto(content, (interface, _ARP, 0, 0, b"\xff" * 6))
        return
    flags = struct.pack("!I", _FROM_A_ROUTER | _OVERRIDE)
    with _icmp6(interface) as messages:
        head = struct.pack("!BBH", _NEIGHBOUR, 0, 0)
        messages.sendto(head + flags + ip.packed + _option(_TARGET, mac), (_NODES, 0))


class Advertiser:
    """Tells guests of IPv6 who is their router: now and then, and when they ask.

    Which prefixes there are is told by the server of their own node.
    """

    def __init__(self) -> None:
        self._selector = selectors.EpollSelector()
        self._links: dict[tuple[Path, Link], socket.socket] = {}
        self._last = 0.0

    def fileno(self) -> int:
        """Return what is readable when somebody asks."""
        return self._selector.fileno()

    def apply(self, routers: Mapping[Path, Iterable[Link]]) -> None:
        """Speak for these routers, and for no others; speak now where it is time.

        Raises:
            ProgramFailed: A router or its interface is not there; the others are spoken for.
        """
        parts = Parts()
        wanted = {
            (space, link)
            for space, links in routers.items()
            for link in links
            if link.leg.is_advertised and link.leg.ips(6)
        }
        for key in self._links.keys() - wanted:
            self._forget(key)
        for key in wanted - self._links.keys():
            with parts.part(_name(key)):
                self._begin(key)
        if time.monotonic() >= self._last + ADVERTISED_EVERY_S:
            self._last = time.monotonic()
            for key in list(self._links):
                with parts.part(_name(key)):
                    self._advertise(key)
        parts.require()

    def hear(self) -> None:
        """Answer who asks."""
        for selected, _ in self._selector.select(0):
            self._links[selected.data].recv(2048)
            self._advertise(selected.data)

    def close(self) -> None:
        for key in list(self._links):
            self._forget(key)
        self._selector.close()

    def _begin(self, key: tuple[Path, Link]) -> None:
        self._links[key] = inside(key[0], partial(_icmp6, key[1].inner))
        self._selector.register(self._links[key], selectors.EVENT_READ, key)
        self._advertise(key)

    def _advertise(self, key: tuple[Path, Link]) -> None:
        leg = key[1].leg
        head = struct.pack("!BBHBBHII", _ADVERTISEMENT, 0, 0, 64, 0, LIFETIME_S, 0, 0)
        mac = _option(_SOURCE, bytes.fromhex(leg.mac.replace(":", "")))
        mtu = struct.pack("!BBHI", _MTU, 1, 0, leg.network.mtu)
        self._links[key].sendto(head + mac + mtu, (_NODES, 0))

    def _forget(self, key: tuple[Path, Link]) -> None:
        messages = self._links.pop(key)
        self._selector.unregister(messages)
        messages.close()


def _name(key: tuple[Path, Link]) -> str:
    """Return what tells an interface from those of other routers, which may be called alike."""
    return f"{key[0].name} {key[1].inner}"


def _icmp6(interface: str) -> socket.socket:
    """Return a socket for messages of an interface in this name space; it hears solicitations only."""
    messages = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    heard = bytearray(b"\xff" * 32)
    heard[_SOLICITATION // 8] &= ~(1 << _SOLICITATION % 8) & 0xFF
    messages.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, bytes(heard))
    messages.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, _MOST_HOPS)
    index = socket.if_nametoindex(interface)
    messages.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    messages.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    return messages


def _option(kind: int, mac: bytes) -> bytes:
    return struct.pack("!BB", kind, 1) + mac


def _mac(interface: str) -> bytes:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as packets:
        packets.bind((interface, 0))
        address: bytes = packets.getsockname()[4]
        return address
