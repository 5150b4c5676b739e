# SPDX-License-Identifier: Apache-2.0
"""What the room hands out of port forwardings, and what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True)
class Ports:
    """Ports from the first to the last one."""

    first: int
    last: int

    @property
    def number(self) -> int:
        """Return how many there are."""
        return self.last - self.first + 1

    def meets(self, other: Ports) -> bool:
        """Return whether a port is in both."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class PortForwarding:
    """Ports of a floating IP that lead to as many ports of an address inside, one to one."""

    id: str
    floating_ip_id: str
    port_id: str
    fixed_ip: str
    protocol: str
    outside: Ports
    inside: Ports
    description: str


@dataclass(frozen=True)
class PortForwardingSpec:
    """A port forwarding to be made.

    Attributes:
        port_id: Where to.
        protocol: ``tcp`` or ``udp``.
        outside: The ports of the floating IP.
        inside: The ports that these are inside.
        fixed_ip: Which address of the port; None for its only one of IPv4.
    """

    port_id: str
    protocol: str
    outside: Ports
    inside: Ports
    fixed_ip: str | None = None
    description: str = ""


class PortForwardingChanges(TypedDict, total=False):
    """What is to become of a port forwarding; what is left out stays."""

    port_id: str
    protocol: str
    outside: Ports
    inside: Ports
    fixed_ip: str
    description: str
