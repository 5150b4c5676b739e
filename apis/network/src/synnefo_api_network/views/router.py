# SPDX-License-Identifier: Apache-2.0
"""Routers in JSON."""

from __future__ import annotations

from typing import Any

from synnefo_api_network.views.owned import owned
from synnefo_network import Gateway, Interface, Router


def shown(router: Router) -> dict[str, Any]:
    """Return a router as Neutron shows it."""
    return owned(router) | {
        "admin_state_up": router.is_admin_up,
        "status": router.status,
        "external_gateway_info": _gateway(router.gateway),
        "routes": [
            {"destination": destination, "nexthop": hop} for destination, hop in router.routes
        ],
        "distributed": False,
        "ha": False,
        "flavor_id": None,
        "availability_zone_hints": [],
        "availability_zones": [],
    }


def _gateway(gateway: Gateway | None) -> dict[str, Any] | None:
    if gateway is None:
        return None
    return {
        "network_id": gateway.network_id,
        "enable_snat": gateway.is_snat_enabled,
        "external_fixed_ips": [
            {"subnet_id": fixed.subnet_id, "ip_address": fixed.ip} for fixed in gateway.fixed_ips
        ],
    }


def interface(made: Interface) -> dict[str, Any]:
    """Return an interface as Neutron shows it."""
    return {
        "id": made.router_id,
        "tenant_id": made.project_id,
        "project_id": made.project_id,
        "port_id": made.port_id,
        "network_id": made.network_id,
        "subnet_id": made.subnet_ids[0],
        "subnet_ids": list(made.subnet_ids),
        "tags": [],
    }
