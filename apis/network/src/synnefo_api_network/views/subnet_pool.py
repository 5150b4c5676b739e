# SPDX-License-Identifier: Apache-2.0
"""Subnet pools and address scopes in JSON."""

from __future__ import annotations

from typing import Any

from synnefo_core.clock import iso
from synnefo_network import AddressScope, SubnetPool


def shown(pool: SubnetPool) -> dict[str, Any]:
    """Return a pool as Neutron shows it."""
    return {
        "id": pool.id,
        "name": pool.name,
        "description": pool.description,
        "tenant_id": pool.project_id,
        "project_id": pool.project_id,
        "ip_version": pool.ip_version,
        "prefixes": list(pool.prefixes),
        "min_prefixlen": pool.min_length,
        "max_prefixlen": pool.max_length,
        "default_prefixlen": pool.default_length,
        "default_quota": pool.default_quota,
        "shared": pool.is_shared,
        "is_default": pool.is_default,
        "address_scope_id": pool.scope_id,
        "tags": [],
        "revision_number": pool.revision,
        "created_at": iso(pool.created_at),
        "updated_at": iso(pool.updated_at),
    }


def scope(found: AddressScope) -> dict[str, Any]:
    """Return an address scope as Neutron shows it."""
    return {
        "id": found.id,
        "name": found.name,
        "tenant_id": found.project_id,
        "project_id": found.project_id,
        "ip_version": found.ip_version,
        "shared": found.is_shared,
    }
