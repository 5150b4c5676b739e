# SPDX-License-Identifier: Apache-2.0
"""Arithmetic of addresses: subnets, pools, positions, EUI-64."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from itertools import pairwise

from synnefo_core.errors import InvalidField
from synnefo_network.errors import PoolConflict

Address = IPv4Address | IPv6Address
Range = IPv4Network | IPv6Network
Pool = tuple[Address, Address]
"""First and last address."""

_REACH = 2**62
"""Positions that a database can count; no pool needs more of its addresses."""


def parse_cidr(text: str, version: int) -> Range:
    """Return the range that a CIDR names.

    Raises:
        InvalidField: It is none, of the other version, or has host bits.
    """
    try:
        network = ip_network(text)
    except ValueError as cause:
        raise InvalidField("cidr", str(cause)) from cause
    if network.version != version:
        raise InvalidField("cidr", f"{text} is not of IP version {version}")
    return network


def parse_address(text: str, *, field: str, version: int | None = None) -> Address:
    """Return the address that a text means.

    Raises:
        InvalidField: It means none, or one of the other version.
    """
    try:
        address = ip_address(text)
    except ValueError as cause:
        raise InvalidField(field, f"{text!r} is not an IP address") from cause
    if version is not None and address.version != version:
        raise InvalidField(field, f"{text} is not of IP version {version}")
    if isinstance(address, IPv6Address) and address.scope_id:
        raise InvalidField(field, f"{text!r} must not have a zone")
    return address


def hosts(network: Range) -> Pool:
    """Return the first and the last address that a port may have."""
    first, last = network[0], network[-1]
    if network.num_addresses <= 2:
        return first, last
    return first + 1, last - 1 if network.version == 4 else last


def is_host(network: Range, address: Address) -> bool:
    """Return whether a port on a subnet may have this address."""
    if address.version != network.version:
        return False
    first, last = hosts(network)
    return int(first) <= int(address) <= int(last)


def default_pools(network: Range, gateway: Address | None) -> list[Pool]:
    """Return pools of every host address but the gateway's."""
    first, last = hosts(network)
    if gateway is None or not is_host(network, gateway):
        return [(first, last)]
    pools = []
    if int(gateway) > int(first):
        pools.append((first, gateway - 1))
    if int(gateway) < int(last):
        pools.append((gateway + 1, last))
    return pools


def parse_pools(
    network: Range, pools: Sequence[tuple[str, str]], gateway: Address | None
) -> list[Pool]:
    """Return pools as given, in the order of their addresses.

    Raises:
        InvalidField: One is no range of the subnet's addresses.
        PoolConflict: Two overlap or one holds the gateway.
    """
    parsed = []
    for start, end in pools:
        first = parse_address(start, field="allocation_pools", version=network.version)
        last = parse_address(end, field="allocation_pools", version=network.version)
        if int(first) > int(last):
            raise InvalidField("allocation_pools", f"{start}-{end} ends before it starts")
        if not (is_host(network, first) and is_host(network, last)):
            raise InvalidField("allocation_pools", f"{start}-{end} is outside of {network}")
        parsed.append((first, last))
    parsed.sort(key=lambda pool: int(pool[0]))
    for (_, last), (first, _) in pairwise(parsed):
        if int(first) <= int(last):
            raise PoolConflict(f"allocation pools overlap at {first}")
    require_outside(gateway, parsed)
    return parsed


def require_outside(gateway: Address | None, pools: Sequence[Pool]) -> None:
    """Refuse pools that hold the gateway.

    Raises:
        PoolConflict: One does.
    """
    for first, last in pools:
        if gateway is not None and int(first) <= int(gateway) <= int(last):
            raise PoolConflict(f"the gateway {gateway} lies in the allocation pool {first}-{last}")


def position(network: Range, address: Address) -> int | None:
    """Return an address's distance from the start, None beyond what can be counted."""
    distance = int(address) - int(network.network_address)
    return distance if 0 <= distance < _REACH else None


def spans(network: Range, pools: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """Return pools (as stored) as first and last positions."""
    base = int(network.network_address)
    found = [(int(ip_address(first)) - base, int(ip_address(last)) - base) for first, last in pools]
    return [(first, min(last, _REACH - 1)) for first, last in found if first < _REACH]


def eui64(network: Range, mac: str) -> Address:
    """Return the address that a card gives itself from a router's advertisement (RFC 4291)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    identifier = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return network.network_address + int.from_bytes(identifier, "big")
