# SPDX-License-Identifier: Apache-2.0
"""Floating IPs in JSON."""

from __future__ import annotations

from typing import Any

from synnefo_api_network.views import port_forwarding
from synnefo_core.clock import iso
from synnefo_network import FloatingIp


def shown(floating: FloatingIp) -> dict[str, Any]:
    """Return a floating IP as Neutron shows it."""
    target = floating.target
    return {
        "id": floating.id,
        "tenant_id": floating.project_id,
        "project_id": floating.project_id,
        "description": floating.description,
        "floating_network_id": floating.network_id,
        "floating_ip_address": floating.ip,
        "port_id": target and target.port_id,
        "fixed_ip_address": target and target.fixed_ip,
        "router_id": floating.router_id,
        "port_forwardings": [port_forwarding.in_floating_ip(one) for one in floating.forwardings],
        "status": floating.status,
        "dns_name": floating.dns_name,
        "dns_domain": floating.dns_domain,
        "tags": [],
        "revision_number": floating.revision,
        "created_at": iso(floating.created_at),
        "updated_at": iso(floating.updated_at),
    }
