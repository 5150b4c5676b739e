# SPDX-License-Identifier: Apache-2.0
"""What the room hands out of routers, and what it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from synnefo_network.values import FixedIp, FixedIpRequest

Route = tuple[str, str]
"""A destination (CIDR) and a next hop."""


@dataclass(frozen=True)
class Gateway:
    """How a router is connected to the network outside."""

    network_id: str
    port_id: str
    is_snat_enabled: bool
    fixed_ips: tuple[FixedIp, ...]


@dataclass(frozen=True)
class GatewaySpec:
    """How a router is to be connected outside.

    Attributes:
        is_snat_enabled: Whether those inside appear with its address; None: as it is, at first yes.
        fixed_ips: Its addresses there; None: those that it has, at first any.
    """

    network_id: str
    is_snat_enabled: bool | None = None
    fixed_ips: Sequence[FixedIpRequest] | None = None


@dataclass(frozen=True)
class Router:
    """A router; ``gateway`` is None when it leads nowhere outside.

    ``status`` is one of :mod:`synnefo_network.router_states`.
    """

    id: str
    project_id: str
    name: str
    description: str
    is_admin_up: bool
    gateway: Gateway | None
    routes: tuple[Route, ...]
    status: str
    revision: int
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class RouterSpec:
    """A router to be made."""

    name: str = ""
    description: str = ""
    project_id: str | None = None
    is_admin_up: bool = True
    gateway: GatewaySpec | None = None


class RouterChanges(TypedDict, total=False):
    """What is to become of a router; what is left out stays."""

    name: str
    description: str
    is_admin_up: bool
    gateway: GatewaySpec | None
    routes: Sequence[Route]


@dataclass(frozen=True)
class Interface:
    """A port by which a router is on a network; ``subnet_ids`` are of its addresses."""

    router_id: str
    project_id: str
    port_id: str
    network_id: str
    subnet_ids: tuple[str, ...]
