# SPDX-License-Identifier: Apache-2.0
"""How availability zones are shown."""

from __future__ import annotations

from typing import Any

from synnefo_backends import Backend, Zone
from synnefo_core.clock import iso_naive


def brief(zone: Zone) -> dict[str, Any]:
    """Show what tenants see: nothing of what is in it."""
    return {
        "zoneName": zone.name,
        "zoneState": {"available": zone.is_available},
        "hosts": None,
    }


def full(zone: Zone) -> dict[str, Any]:
    """Show the clusters, too; a cluster is what Nova calls a host."""
    return brief(zone) | {"hosts": {each.name: _services(each) for each in zone.backends}}


def _services(backend: Backend) -> dict[str, Any]:
    asked_at = iso_naive(backend.refreshed_at) if backend.refreshed_at else None
    return {
        "nova-compute": {
            "available": backend.is_up,
            "active": backend.is_enabled,
            "updated_at": asked_at,
        }
    }
