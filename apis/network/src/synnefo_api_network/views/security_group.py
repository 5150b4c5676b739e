# SPDX-License-Identifier: Apache-2.0
"""Security groups and their rules in JSON."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from synnefo_api_network.views.owned import owned, stamped
from synnefo_network import SecurityGroup, SecurityRule


def shown(group: SecurityGroup) -> dict[str, Any]:
    """Return a group as Neutron shows it."""
    return owned(group) | {
        "stateful": group.is_stateful,
        "shared": False,
        "security_group_rules": [rule(each) for each in group.rules],
    }


def rule(one: SecurityRule) -> dict[str, Any]:
    """Return a rule as Neutron shows it."""
    return stamped(one) | {
        "security_group_id": one.group_id,
        "direction": one.direction,
        "ethertype": one.ethertype,
        "protocol": one.protocol,
        "port_range_min": one.port_min,
        "port_range_max": one.port_max,
        "remote_group_id": one.remote_group_id,
        "remote_address_group_id": None,
        "remote_ip_prefix": one.remote_prefix,
        "normalized_cidr": _normal(one.remote_prefix),
        "belongs_to_default_sg": one.is_of_default,
    }


def _normal(prefix: str | None) -> str | None:
    return None if prefix is None else str(ip_network(prefix, strict=False))
