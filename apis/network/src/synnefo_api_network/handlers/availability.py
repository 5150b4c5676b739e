# SPDX-License-Identifier: Apache-2.0
"""What operators look for, and clients ask before they choose.

Source: Networking API v2.0, "Network IP availability and usage stats", "Availability zones",
"Service providers".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_network
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_network import NetworkUse


def index(context: RequestContext, query: Mapping[str, Any]) -> dict[str, Any]:
    """List how many addresses of networks are taken."""
    found = synnefo_network.address_use(context, query.get("network_id", []))
    return {"network_ip_availabilities": [_shown(one) for one in found]}


def show(context: RequestContext, network_id: str) -> dict[str, Any]:
    """Show how many addresses of a network are taken."""
    for found in synnefo_network.address_use(context, [network_id]):
        return {"network_ip_availability": _shown(found)}
    noun = "network"
    raise NotFound(noun, network_id)


def _shown(found: NetworkUse) -> dict[str, Any]:
    return {
        "network_id": found.id,
        "network_name": found.name,
        "tenant_id": found.project_id,
        "project_id": found.project_id,
        "total_ips": sum(subnet.total for subnet in found.subnets),
        "used_ips": sum(subnet.used for subnet in found.subnets),
        "subnet_ip_availability": [
            {
                "subnet_id": subnet.id,
                "subnet_name": subnet.name,
                "ip_version": subnet.ip_version,
                "cidr": subnet.cidr,
                "total_ips": subnet.total,
                "used_ips": subnet.used,
            }
            for subnet in found.subnets
        ],
    }


def zones(context: RequestContext) -> dict[str, Any]:
    """List the zones that networks can be in."""
    found = synnefo_network.list_zones(context)
    return {
        "availability_zones": [
            {"name": name, "resource": "network", "state": "available"} for name in found
        ]
    }


def providers(context: RequestContext) -> dict[str, Any]:
    """List who provides services, if there is a choice: there is none."""
    del context
    return {"service_providers": []}
