# SPDX-License-Identifier: Apache-2.0
"""Documents about ports for tests: one that is readable, and any."""

from __future__ import annotations

import ipaddress

from hypothesis import strategies as st

from synnefo_core.contracts.dhcp import KINDS, DhcpOption, Kind
from synnefo_core.contracts.nodes import (
    WITH_PORTS,
    Address,
    Direction,
    Group,
    Ipv6,
    Mode,
    Network,
    Pair,
    PortDocument,
    Route,
    Rule,
    Subnet,
)

ANY4 = Rule(Direction.EGRESS, 4)
ANY6 = Rule(Direction.EGRESS, 6)
SSH = Rule(Direction.INGRESS, 4, 6, 22, 22)


def document(number: int = 1, *, mode: Mode = Mode.BRIDGED, **changes) -> PortDocument:
    """Return the document of guest ``number`` of network "red", with IPv4 and IPv6."""
    told = {
        "port": f"port-{number}",
        "version": 1,
        "expires_at": 4e9,
        "network": Network("red", mode, "", 1400, "02:00:01"),
        "mac": f"02:00:01:00:00:{number:02x}",
        "addresses": (
            Address(f"10.0.0.{number}", "red4"),
            Address(f"2001:db8::{number:x}", "red6"),
        ),
        "subnets": (
            Subnet(
                "red4",
                "10.0.0.0/24",
                "10.0.0.254",
                dns_servers=("192.0.2.53",),
                routes=(Route("10.9.0.0/16", "10.0.0.253"),),
            ),
            Subnet(
                "red6",
                "2001:db8::/64",
                dns_servers=("2001:db8::53",),
                ra_mode=Ipv6.STATEFUL,
                address_mode=Ipv6.STATEFUL,
            ),
        ),
        "rules": (ANY4, ANY6, SSH),
        "host_name": f"guest-{number}",
    }
    return PortDocument(**(told | changes))


def _macs() -> st.SearchStrategy[str]:
    tail = st.binary(min_size=3, max_size=3).map(lambda some: some.hex(":"))
    return st.sampled_from(["02:00:01", "02:00:02"]).flatmap(
        lambda head: tail.map(lambda rest: f"{head}:{rest}")
    )


def _prefixes(version: int) -> st.SearchStrategy[str]:
    networks = st.ip_addresses(v=version).flatmap(
        lambda address: st.integers(0, address.max_prefixlen).map(
            lambda length: _network(address, length)
        )
    )
    return networks.map(str)


def _network(address, length):
    return ipaddress.ip_network((address, length), strict=False)


@st.composite
def rules(draw, groups: list[str]) -> Rule:
    """Any rule that speaks of one of some groups, or of none."""
    version = draw(st.sampled_from([4, 6]))
    protocol = draw(st.none() | st.sampled_from([*WITH_PORTS, 1, 58, 2, 50]) | st.integers(0, 255))
    first = last = None
    if protocol in WITH_PORTS and draw(st.booleans()):
        first, last = sorted(draw(st.tuples(st.integers(0, 65535), st.integers(0, 65535))))
    elif protocol in (1, 58) and draw(st.booleans()):
        first, last = draw(st.integers(0, 255)), draw(st.none() | st.integers(0, 255))
    group = draw(st.none() | st.sampled_from(groups)) if groups else None
    prefix = None if group else draw(st.none() | _prefixes(version))
    return Rule(draw(st.sampled_from(Direction)), version, protocol, first, last, prefix, group)


_VALUES = {
    Kind.NUMBER: st.integers(68, 65535).map(lambda number: (str(number),)),
    Kind.TEXT: st.from_regex(r"[ !#-\[\]-~]{1,60}", fullmatch=True).map(lambda text: (text,)),
    Kind.NAMES: st.lists(
        st.from_regex(
            r"[0-9A-Za-z]([0-9A-Za-z-]{0,20}[0-9A-Za-z])?(\.[a-z]{1,9}){0,3}", fullmatch=True
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
}


def _values(version: int, kind: Kind) -> st.SearchStrategy[tuple[str, ...]]:
    addresses = st.ip_addresses(v=version).map(str)
    if kind is Kind.ADDRESSES:
        return st.lists(addresses, min_size=1, max_size=4).map(tuple)
    if kind is Kind.ROUTES:
        pairs = st.lists(st.tuples(_prefixes(4), addresses), min_size=1, max_size=4)
        return pairs.map(lambda some: tuple(text for pair in some for text in pair))
    return _VALUES[kind]


@st.composite
def dhcp_options(draw) -> DhcpOption:
    """Any DHCP option."""
    version, number = draw(st.sampled_from(sorted(KINDS)))
    return DhcpOption(version, number, draw(_values(version, KINDS[version, number])))


@st.composite
def documents(draw) -> PortDocument:
    """Any document."""
    prefixes = st.lists(_prefixes(4) | _prefixes(6), max_size=4).map(tuple)
    groups = [Group(f"g{number}", draw(prefixes)) for number in range(draw(st.integers(0, 2)))]
    four = draw(st.lists(st.integers(1, 254), max_size=3, unique=True))
    six = draw(st.lists(st.integers(1, 2**64 - 1), max_size=2, unique=True))
    return document(
        1,
        mode=draw(st.sampled_from(Mode)),
        mac=draw(_macs()),
        addresses=(
            *(Address(f"10.0.0.{number}", "red4") for number in four),
            *(Address(str(_network(0x20010DB8 << 96 | number, 128)[0]), "red6") for number in six),
        ),
        pairs=tuple(
            Pair(prefix, mac)
            for prefix, mac in draw(
                st.lists(st.tuples(_prefixes(4) | _prefixes(6), _macs()), max_size=4)
            )
        ),
        groups=tuple(groups),
        rules=tuple(draw(st.lists(rules([group.id for group in groups]), max_size=6))),
        dhcp_options=tuple(draw(st.lists(dhcp_options(), max_size=4))),
        is_up=draw(st.booleans()),
        is_guarded=draw(st.booleans()),
    )
