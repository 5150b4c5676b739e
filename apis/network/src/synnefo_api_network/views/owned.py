# SPDX-License-Identifier: Apache-2.0
"""What networks, subnets and ports have in common."""

from __future__ import annotations

from typing import Any

from synnefo_core.clock import iso
from synnefo_network import Network, Port, Router, Subnet


def owned(thing: Network | Subnet | Port | Router) -> dict[str, Any]:
    """Return the fields that everything has."""
    return {
        "id": thing.id,
        "name": thing.name,
        "description": thing.description,
        "tenant_id": thing.project_id,
        "project_id": thing.project_id,
        "tags": [],
        "revision_number": thing.revision,
        "created_at": iso(thing.created_at),
        "updated_at": iso(thing.updated_at),
    }
