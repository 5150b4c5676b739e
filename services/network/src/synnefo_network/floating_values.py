# SPDX-License-Identifier: Apache-2.0
"""What the room hands out of floating IPs, and what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from synnefo_network.forwarding_values import PortForwarding


@dataclass(frozen=True)
class Target:
    """What a floating IP stands for: an address of a port, reached through a router."""

    port_id: str
    fixed_ip: str
    router_id: str


@dataclass(frozen=True)
class FloatingIp:
    """An address outside that a project has; ``target`` is None while it stands for nothing.

    ``router_id`` is of the router by which it is reached, ``status`` one of
    :mod:`synnefo_network.router_states`.
    """

    id: str
    project_id: str
    description: str
    network_id: str
    ip: str
    target: Target | None
    router_id: str | None
    forwardings: tuple[PortForwarding, ...]
    status: str
    dns_name: str
    dns_domain: str
    revision: int
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class FloatingIpSpec:
    """A floating IP to be had.

    Attributes:
        network_id: Where; None for any network outside that has an address left.
        ip: This one; None for any.
        subnet_id: One of this subnet; None for any.
        port_id: What it shall stand for; None for nothing yet.
        fixed_ip: Which address of the port; None for its only one of IPv4.
    """

    network_id: str | None = None
    project_id: str | None = None
    description: str = ""
    ip: str | None = None
    subnet_id: str | None = None
    port_id: str | None = None
    fixed_ip: str | None = None
    dns_name: str = ""
    dns_domain: str = ""


class FloatingIpChanges(TypedDict, total=False):
    """What is to become of a floating IP; what is left out stays.

    ``port_id`` None takes away what it stands for; without it ``fixed_ip`` is another address of
    the same port.
    """

    description: str
    port_id: str | None
    fixed_ip: str | None


@dataclass(frozen=True)
class Pool:
    """A network from which floating IPs can be had."""

    network_id: str
    name: str
