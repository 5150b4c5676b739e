# SPDX-License-Identifier: Apache-2.0
"""The kinds of things that have tags and revisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synnefo_core.context import RequestContext
from synnefo_network import (
    floating_ips,
    networks,
    port_lists,
    routers,
    security_groups,
    subnet_pools,
    subnets,
)
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.models import NetworkRow, PortRow, SecurityGroupRow, SubnetRow
from synnefo_network.pool_models import SubnetPoolRow
from synnefo_network.router_models import RouterRow


@dataclass(frozen=True)
class Kind:
    """Where things of a kind are, and what shows one to those who may see it."""

    model: Any
    show: Callable[[RequestContext, str], Any]


KINDS: Mapping[str, Kind] = {
    "network": Kind(NetworkRow, networks.show_network),
    "subnet": Kind(SubnetRow, subnets.show_subnet),
    "port": Kind(PortRow, port_lists.show_port),
    "security_group": Kind(SecurityGroupRow, security_groups.show_security_group),
    "subnetpool": Kind(SubnetPoolRow, subnet_pools.show_subnet_pool),
    "router": Kind(RouterRow, routers.show_router),
    "floatingip": Kind(FloatingIpRow, floating_ips.show_floating_ip),
}
