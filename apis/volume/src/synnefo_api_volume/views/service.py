# SPDX-License-Identifier: Apache-2.0
"""How services, hosts and pools are shown."""

from __future__ import annotations

from typing import Any

from synnefo_volume import Service


def place(store: str) -> str:
    """Return a store's name as Cinder writes those of pools: host, back-end and pool."""
    return f"synnefo@{store}#{store}"


def store_at(place: str) -> str:
    """Return the store of a place, which may also be written without pool; see :func:`place`."""
    return place.partition("#")[0].rpartition("@")[2]


def service(found: Service) -> dict[str, Any]:
    """Show a service."""
    return {
        "binary": found.binary,
        "host": found.host,
        "zone": found.zone,
        "status": "enabled",
        "state": "up" if found.is_up else "down",
        "disabled_reason": None,
        "updated_at": None,
    }


def host(found: Service) -> dict[str, Any]:
    """Show the same as a host."""
    return {
        "host_name": found.host,
        "service": found.binary,
        "zone": found.zone,
        "service-status": "available" if found.is_up else "unavailable",
        "service-state": "enabled",
        "last-update": None,
    }


def pool(store: str) -> dict[str, Any]:
    """Show the name of a store."""
    return {"name": place(store)}


def pool_in_full(store: str) -> dict[str, Any]:
    """Show what a store can do; how full it is, nobody asks it."""
    capabilities = {
        "volume_backend_name": store,
        "vendor_name": "Synnefo",
        "storage_protocol": "nbd",
        "total_capacity_gb": "unknown",
        "free_capacity_gb": "unknown",
        "reserved_percentage": 0,
        "QoS_support": False,
        "thin_provisioning_support": True,
        "multiattach": False,
    }
    return pool(store) | {"capabilities": capabilities}
