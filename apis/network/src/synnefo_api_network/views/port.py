# SPDX-License-Identifier: Apache-2.0
"""Ports in JSON."""

from __future__ import annotations

from typing import Any

from synnefo_api_network.views.owned import owned
from synnefo_network import Port

_ROUTED = "routed"


def shown(port: Port, *, binding: dict[str, Any]) -> dict[str, Any]:
    """Return a port as Neutron shows it, with what :func:`bound` says for those who may see it."""
    return (
        owned(port)
        | binding
        | {
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
            "dns_name": port.dns_name,
            "dns_domain": port.dns_domain,
            "dns_assignment": [
                {"ip_address": ip, "hostname": name, "fqdn": _full(name, port.dns_suffix)}
                for ip, name in port.host_names.items()
            ],
            "extra_dhcp_opts": [
                {"opt_name": one.name, "opt_value": one.value, "ip_version": one.version}
                for one in port.dhcp_options
            ],
            "binding:vnic_type": "normal",
            "ip_allocation": "immediate" if port.fixed_ips else "none",
            "qos_policy_id": None,
            "device_profile": None,
        }
    )


def _full(name: str, suffix: str) -> str:
    return f"{name}.{suffix}"


def bound(port: Port, host: str) -> dict[str, Any]:
    """Return how a port is connected, on the host of its server; an empty one is nowhere yet."""
    kind = "tap" if port.mode == _ROUTED else "bridge"
    return {
        "binding:host_id": host,
        "binding:profile": {},
        "binding:vif_type": kind if host else "unbound",
        "binding:vif_details": {"port_filter": port.is_secured} if host else {},
    }
