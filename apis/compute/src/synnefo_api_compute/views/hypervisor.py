# SPDX-License-Identifier: Apache-2.0
"""How hypervisors are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from synnefo_api_compute import versions
from synnefo_backends import Backend, Occupancy, Occupied
from synnefo_compute import Hosted
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version

GIB_MIB = 1024

Servers = Mapping[str, Sequence[Hosted]]
"""The servers of clusters, by the clusters' ids."""


@dataclass(frozen=True)
class Look:
    """In which microversion hypervisors are shown, and with which servers; None for without."""

    version: Version
    servers: Servers | None = None


Show = Callable[[Occupied, Look], dict[str, Any]]


def brief(cluster: Occupied, look: Look) -> dict[str, Any]:
    """Show name and state, and the servers if they are asked for."""
    backend = cluster.backend
    shown: dict[str, Any] = {
        "id": backend.id,
        "hypervisor_hostname": backend.name,
        "state": "up" if backend.is_up else "down",
        "status": "enabled" if backend.is_enabled else "disabled",
    }
    if look.servers is None:
        return shown
    servers = [{"uuid": each.server_id, "name": each.instance} for each in look.servers[backend.id]]
    # Before 2.75 there is no list where there are no servers.
    return shown | ({"servers": servers} if servers or look.version >= versions.STRICT else {})


def host_status(backend: Backend) -> str:
    """Return how the cluster of a server is, in Nova's words for hosts."""
    if not backend.is_enabled:
        return "MAINTENANCE"
    return "UP" if backend.is_up else "DOWN"


def full(cluster: Occupied, look: Look) -> dict[str, Any]:
    """Show the figures, too; what a cluster has not, such as one processor's details, is empty."""
    backend = cluster.backend
    shown = {
        **brief(cluster, look),
        "host_ip": "0.0.0.0",  # noqa: S104  # a cluster has many
        "hypervisor_type": backend.driver,
        "hypervisor_version": 0,
        "service": {
            "id": backend.id,
            "host": backend.name,
            "disabled_reason": backend.closed_because or None,
        },
    }
    if look.version >= versions.NO_FIGURES:
        return {**shown, "uptime": None}
    cpu_info = {} if look.version >= versions.CPU_OBJECTS else ""
    return {**shown, **figures(cluster.occupancy), "cpu_info": cpu_info}


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


def links(
    context: RequestContext,
    found: Sequence[Occupied],
    query: Mapping[str, Any],
    *,
    limit: int,
    path: str,
) -> dict[str, Any]:
    """Return the link to the next page when this one is full; there is one page if limit is 0."""
    if not limit or len(found) < limit:
        return {}
    following = urlencode({**query, "marker": found[-1].backend.id})
    href = f"{context.cloud.public_url}{versions.PREFIX}/os-hypervisors{path}?{following}"
    return {"hypervisors_links": [{"rel": "next", "href": href}]}
