# SPDX-License-Identifier: Apache-2.0
"""Networks in JSON."""

from __future__ import annotations

from typing import Any

from synnefo_api_network.views.owned import owned
from synnefo_network import Network

STATUS = "ACTIVE"
"""A network can be used as soon as it is there."""


def shown(network: Network) -> dict[str, Any]:
    """Return a network as Neutron shows it."""
    return owned(network) | {
        "admin_state_up": network.is_admin_up,
        "status": STATUS,
        "shared": network.is_shared,
        "router:external": network.is_external,
        "mtu": network.mtu,
        "port_security_enabled": network.is_port_secured,
        "subnets": list(network.subnet_ids),
        "availability_zone_hints": [],
        "availability_zones": [],
        "ipv4_address_scope": None,
        "ipv6_address_scope": None,
    }
