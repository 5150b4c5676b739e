# SPDX-License-Identifier: Apache-2.0
"""How services, hosts and pools are shown."""

from __future__ import annotations

from typing import Any

from synnefo_core.contracts.storage import StoreUsage
from synnefo_volume import Service

VENDOR, PROTOCOL = "Synnefo", "nbd"


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


def pool_in_full(store: str, usage: StoreUsage) -> dict[str, Any]:
    """Show what a store can do and how full it is, if it knows."""
    capabilities = {
        "volume_backend_name": store,
        "vendor_name": VENDOR,
        "storage_protocol": PROTOCOL,
        "total_capacity_gb": _gib(usage.total_bytes),
        "free_capacity_gb": _gib(usage.free_bytes),
        "reserved_percentage": 0,
        "QoS_support": False,
        "thin_provisioning_support": True,
        "multiattach": False,
    }
    return pool(store) | {"capabilities": capabilities}


def _gib(size_bytes: int | None) -> float | str:
    return "unknown" if size_bytes is None else round(size_bytes / 2**30, 2)


def capabilities(store: str) -> dict[str, Any]:
    """Show what types can ask of a store: nothing but the store itself."""
    return {
        "namespace": f"OS::Storage::Capabilities::synnefo@{store}",
        "vendor_name": VENDOR,
        "volume_backend_name": store,
        "pool_name": store,
        "driver_version": None,
        "storage_protocol": PROTOCOL,
        "display_name": store,
        "description": "Volumes over shared, content-addressed blocks",
        "visibility": "public",
        "replication_targets": [],
        "properties": {},
    }
