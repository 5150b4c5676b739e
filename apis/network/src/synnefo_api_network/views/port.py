# SPDX-License-Identifier: Apache-2.0
"""Ports in JSON."""

from __future__ import annotations

from typing import Any

from synnefo_api_network.views.owned import owned
from synnefo_network import Port


def shown(port: Port) -> dict[str, Any]:
    """Return a port as Neutron shows it."""
    return owned(port) | {
        "network_id": port.network_id,
        "mac_address": port.mac,
        "admin_state_up": port.is_admin_up,
        "status": port.status,
        "device_id": port.device_id,
        "device_owner": port.device_owner,
        "fixed_ips": [
            {"subnet_id": fixed.subnet_id, "ip_address": fixed.ip} for fixed in port.fixed_ips
        ],
        "port_security_enabled": port.is_secured,
        "security_groups": list(port.security_group_ids),
        "allowed_address_pairs": [
            {"ip_address": pair.ip, "mac_address": pair.mac} for pair in port.address_pairs
        ],
        "extra_dhcp_opts": [],
        "binding:vnic_type": "normal",
        "qos_policy_id": None,
    }
