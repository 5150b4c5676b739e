# SPDX-License-Identifier: Apache-2.0
"""Subnets in JSON."""

from __future__ import annotations

from typing import Any

from synnefo_api_network.views.owned import owned
from synnefo_network import Subnet


def shown(subnet: Subnet) -> dict[str, Any]:
    """Return a subnet as Neutron shows it."""
    return owned(subnet) | {
        "network_id": subnet.network_id,
        "ip_version": subnet.ip_version,
        "cidr": subnet.cidr,
        "gateway_ip": subnet.gateway_ip,
        "allocation_pools": [{"start": first, "end": last} for first, last in subnet.pools],
        "enable_dhcp": subnet.is_dhcp_enabled,
        "dns_nameservers": list(subnet.dns_servers),
        "host_routes": [
            {"destination": destination, "nexthop": hop} for destination, hop in subnet.host_routes
        ],
        "ipv6_ra_mode": subnet.ipv6_ra_mode,
        "ipv6_address_mode": subnet.ipv6_address_mode,
        "subnetpool_id": subnet.pool_id,
        "service_types": [],
    }
