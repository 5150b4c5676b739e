# SPDX-License-Identifier: Apache-2.0
"""Networks in JSON."""

from __future__ import annotations

from typing import Any

from synnefo_api_network.views.owned import owned
from synnefo_network import Network

ACTIVE, DRAINED = "ACTIVE", "SNF:DRAINED"
"""A network can be used as soon as it is there, unless it gets no new ports."""


def shown(network: Network, *, is_carrier_shown: bool) -> dict[str, Any]:
    """Return a network as Neutron shows it, to those who may know also how it is carried."""
    carried = _carried(network) if is_carrier_shown else {}
    return (
        owned(network)
        | carried
        | {
            "admin_state_up": network.is_admin_up,
            "status": DRAINED if network.is_drained else ACTIVE,
            "shared": network.is_shared,
            "router:external": network.is_external,
            "mtu": network.mtu,
            "port_security_enabled": network.is_port_secured,
            "subnets": list(network.subnet_ids),
            "is_default": network.is_default,
            "dns_domain": network.dns_domain,
            "availability_zone_hints": list(network.zone_hints),
            "availability_zones": list(network.zones),
            "ipv4_address_scope": network.ipv4_scope_id,
            "ipv6_address_scope": network.ipv6_scope_id,
        }
    )


def _carried(network: Network) -> dict[str, Any]:
    return {
        "provider:network_type": network.kind,
        "provider:physical_network": network.physical_network,
        "provider:segmentation_id": network.segmentation_id,
        "SNF:drained": network.is_drained,
    }
