# SPDX-License-Identifier: Apache-2.0
"""Security groups as Nova showed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_network import SecurityGroup, SecurityRule

Groups = Mapping[str, SecurityGroup]
"""The groups that rules may name, by their ids."""


def shown(group: SecurityGroup, known: Groups) -> dict[str, Any]:
    """Show a group with what it lets in; of what it lets out Nova knew nothing."""
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "tenant_id": group.project_id,
        "rules": [rule(each, known) for each in group.rules if each.direction == "ingress"],
    }


def rule(one: SecurityRule, known: Groups) -> dict[str, Any]:
    """Show what a group lets in."""
    is_any = one.remote_prefix is None and one.remote_group_id is None
    everybody = "0.0.0.0/0" if one.ethertype == "IPv4" else "::/0"
    cidr = everybody if is_any else one.remote_prefix
    return {
        "id": one.id,
        "parent_group_id": one.group_id,
        "ip_protocol": one.protocol,
        "from_port": _port(one, one.port_min),
        "to_port": _port(one, one.port_max),
        "ip_range": {} if cidr is None else {"cidr": cidr},
        "group": _group(known.get(one.remote_group_id or "")),
    }


def _port(one: SecurityRule, port: int | None) -> int | None:
    """Return a port, as -1 where any is meant and the protocol has some."""
    return -1 if port is None and one.protocol is not None else port


def _group(group: SecurityGroup | None) -> dict[str, str]:
    return {} if group is None else {"name": group.name, "tenant_id": group.project_id}
