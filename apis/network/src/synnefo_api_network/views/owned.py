# SPDX-License-Identifier: Apache-2.0
"""What networks, subnets, ports and security groups have in common."""

from __future__ import annotations

from typing import Any

from synnefo_core.clock import iso
from synnefo_network import Network, Port, Router, SecurityGroup, SecurityRule, Subnet

Named = Network | Subnet | Port | Router | SecurityGroup


def stamped(thing: Named | SecurityRule) -> dict[str, Any]:
    """Return the fields that everything has."""
    return {
        "id": thing.id,
        "description": thing.description,
        "tenant_id": thing.project_id,
        "project_id": thing.project_id,
        "tags": [],
        "revision_number": thing.revision,
        "created_at": iso(thing.created_at),
        "updated_at": iso(thing.updated_at),
    }


def owned(thing: Named) -> dict[str, Any]:
    """Return the fields that everything with a name has."""
    return stamped(thing) | {"name": thing.name}
