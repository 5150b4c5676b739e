# SPDX-License-Identifier: Apache-2.0
"""Arithmetic of prefixes: which are free between those that are taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any, cast

from synnefo_core.errors import InvalidField
from synnefo_network.ranges import Range

_UNIT_LENGTH = {4: 32, 6: 64}
"""In what a project's share of a pool is counted."""


def parse(texts: Iterable[str]) -> list[Range]:
    """Return ranges as few as can be, in their order.

    Raises:
        InvalidField: One is no CIDR, or they are of both IP versions, or there are none.
    """
    try:
        parsed = [ip_network(text) for text in texts]
    except ValueError as cause:
        raise InvalidField("prefixes", str(cause)) from cause
    if len({one.version for one in parsed}) != 1:
        raise InvalidField("prefixes", "must be one or more, all of one IP version")
    return collapse(parsed)


def collapse(networks: Iterable[Range]) -> list[Range]:
    """Return ranges of one IP version as few as can be, in their order."""
    return list(collapse_addresses(cast("Any", list(networks))))


def holds(prefixes: Iterable[Range], network: Range) -> bool:
    """Return whether a range lies in one of some of its version."""
    return any(_within(network, prefix) for prefix in prefixes)


def _within(network: Range, prefix: Range) -> bool:
    if isinstance(network, IPv4Network) and isinstance(prefix, IPv4Network):
        return network.subnet_of(prefix)
    if isinstance(network, IPv6Network) and isinstance(prefix, IPv6Network):
        return network.subnet_of(prefix)
    return False


def without(prefixes: Sequence[Range], going: Iterable[Range]) -> list[Range]:
    """Return what is left of some ranges when others are taken out."""
    left = list(prefixes)
    for gone in going:
        left = [part for prefix in left for part in _cut(prefix, gone)]
    return collapse(left)


def _cut(prefix: Range, gone: Range) -> list[Range]:
    if _within(prefix, gone):
        return []
    if _within(gone, prefix):
        return list(prefix.address_exclude(cast("Any", gone)))
    return [prefix]


def first_free(prefixes: Sequence[Range], taken: Sequence[Range], length: int) -> Range | None:
    """Return the first range of a length that lies in a prefix and overlaps nothing taken."""
    used = sorted((int(one[0]), int(one[-1])) for one in taken)
    for prefix in prefixes:
        if prefix.prefixlen <= length:
            found = _free_in(prefix, used, length)
            if found is not None:
                return found
    return None


def _free_in(prefix: Range, used: Sequence[tuple[int, int]], length: int) -> Range | None:
    size = 1 << (prefix.max_prefixlen - length)
    start, last = int(prefix[0]), int(prefix[-1])
    for first_used, last_used in used:
        if last_used < start:
            continue
        if first_used >= start + size:
            break
        start = -(-(last_used + 1) // size) * size
    if start + size - 1 > last:
        return None
    return ip_network((prefix[start - int(prefix[0])], length))


def units(network: Range) -> int:
    """Return how much of a project's share of a pool a range is: addresses, or /64 of IPv6."""
    return 1 << max(0, _UNIT_LENGTH[network.version] - network.prefixlen)
