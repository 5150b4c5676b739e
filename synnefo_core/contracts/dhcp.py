# SPDX-License-Identifier: Apache-2.0
"""DHCP options of single ports: which there can be, and what their values are made of.

A server of DHCP that gets a value of another kind than its option's serves nobody of the network, so what
is not known here is refused. The numbers are of RFC 2132 and its successors, and of RFC 8415 and its.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from synnefo_core.contracts.reading import InvalidDocument, require


class Kind(StrEnum):
    """What the value of an option is made of."""

    ADDRESSES = "addresses"
    """Addresses of the option's IP version."""
    ROUTES = "routes"
    """Destinations (CIDR) of IPv4, each followed by its next hop."""
    NAMES = "names"
    """DNS names."""
    NUMBER = "number"
    """A number of 16 bits."""
    TEXT = "text"
    """A text of printable ASCII without quotes and backslashes."""


KINDS: Mapping[tuple[int, int], Kind] = {
    (4, 3): Kind.ADDRESSES,
    (4, 6): Kind.ADDRESSES,
    (4, 7): Kind.ADDRESSES,
    (4, 9): Kind.ADDRESSES,
    (4, 12): Kind.TEXT,
    (4, 15): Kind.TEXT,
    (4, 17): Kind.TEXT,
    (4, 26): Kind.NUMBER,
    (4, 28): Kind.ADDRESSES,
    (4, 40): Kind.TEXT,
    (4, 41): Kind.ADDRESSES,
    (4, 42): Kind.ADDRESSES,
    (4, 44): Kind.ADDRESSES,
    (4, 45): Kind.ADDRESSES,
    (4, 66): Kind.TEXT,
    (4, 67): Kind.TEXT,
    (4, 69): Kind.ADDRESSES,
    (4, 70): Kind.ADDRESSES,
    (4, 119): Kind.NAMES,
    (4, 121): Kind.ROUTES,
    (4, 150): Kind.ADDRESSES,
    **{(4, number): Kind.TEXT for number in (208, 209, 210, *range(224, 255))},
    (6, 21): Kind.NAMES,
    (6, 22): Kind.ADDRESSES,
    (6, 23): Kind.ADDRESSES,
    (6, 24): Kind.NAMES,
    (6, 27): Kind.ADDRESSES,
    (6, 31): Kind.ADDRESSES,
    (6, 59): Kind.TEXT,
}
"""The options that there can be, by IP version and number."""

_MOST_CHARACTERS = 255
_TEXT = re.compile(r"[ !#-\[\]-~]{1,255}")
_NAME = re.compile(
    r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?(?:\.[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?)*"
)


@dataclass(frozen=True)
class DhcpOption:
    """What one guest is told besides, or instead of, what all of its subnet are.

    Attributes:
        version: 4 or 6.
        number: One of :data:`KINDS`.
        values: As its kind says; of a number or a text one.
    """

    version: int
    number: int
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        require((self.version, self.number) in KINDS, "dhcp_option.number")
        require(len(self.values) > 0, "dhcp_option.values")
        require(
            sum(len(value) + 1 for value in self.values) <= _MOST_CHARACTERS, "dhcp_option.values"
        )
        require(self._is_possible(), "dhcp_option.values")

    @property
    def kind(self) -> Kind:
        """Return what its values are."""
        return KINDS[self.version, self.number]

    def _is_possible(self) -> bool:
        if self.kind is Kind.ADDRESSES:
            return all(_is_address(value, self.version) for value in self.values)
        if self.kind is Kind.ROUTES:
            hops = self.values[1::2]
            return (
                len(self.values) == 2 * len(hops)
                and all(_is_address(hop, 4) for hop in hops)
                and all(map(_is_destination, self.values[::2]))
            )
        if self.kind is Kind.NAMES:
            return all(_NAME.fullmatch(value) for value in self.values)
        if len(self.values) != 1:
            return False
        (value,) = self.values
        if self.kind is Kind.NUMBER:
            return bool(re.fullmatch("[1-9][0-9]{1,4}", value)) and 68 <= int(value) <= 65535
        return bool(_TEXT.fullmatch(value))


def _is_address(text: str, version: int) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.version == version and str(address) == text and "%" not in text


def _is_destination(text: str) -> bool:
    try:
        return str(ipaddress.IPv4Network(text)) == text
    except ValueError:
        return False


__all__ = ["KINDS", "DhcpOption", "InvalidDocument", "Kind"]
