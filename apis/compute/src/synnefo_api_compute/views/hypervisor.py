# SPDX-License-Identifier: Apache-2.0
"""How hypervisors are shown."""

from __future__ import annotations

from typing import Any

from synnefo_backends import Backend, Occupancy, Occupied

GIB_MIB = 1024


def brief(cluster: Occupied) -> dict[str, Any]:
    """Show name and state."""
    backend = cluster.backend
    return {
        "id": backend.id,
        "hypervisor_hostname": backend.name,
        "state": "up" if backend.is_up else "down",
        "status": "enabled" if backend.is_enabled else "disabled",
    }


def host_status(backend: Backend) -> str:
    """Return how the cluster of a server is, in Nova's words for hosts."""
    if not backend.is_enabled:
        return "MAINTENANCE"
    return "UP" if backend.is_up else "DOWN"


def full(cluster: Occupied) -> dict[str, Any]:
    """Show the figures, too; what a cluster has not, such as one processor's details, is empty."""
    backend = cluster.backend
    return {
        **brief(cluster),
        **figures(cluster.occupancy),
        "cpu_info": "",
        "host_ip": "",
        "hypervisor_type": backend.driver,
        "hypervisor_version": 0,
        "service": {
            "id": backend.id,
            "host": backend.name,
            "disabled_reason": backend.closed_as or None,
        },
    }


def figures(sizes: Occupancy) -> dict[str, Any]:
    """Show how large and how full clusters are; what is free is the rest of our bookings."""
    taken = sizes.booked
    free_disk_gb = (sizes.disk_mib - taken.disk_mib) // GIB_MIB
    return {
        "current_workload": 0,
        "disk_available_least": free_disk_gb,
        "free_disk_gb": free_disk_gb,
        "free_ram_mb": sizes.ram_mib - taken.ram_mib,
        "local_gb": sizes.disk_mib // GIB_MIB,
        "local_gb_used": taken.disk_mib // GIB_MIB,
        "memory_mb": sizes.ram_mib,
        "memory_mb_used": taken.ram_mib,
        "running_vms": taken.servers,
        "vcpus": sizes.vcpus,
        "vcpus_used": taken.vcpus,
    }
