# SPDX-License-Identifier: Apache-2.0
"""How diagnostics are shown: what no cluster tells, such as counters of a device, is null."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.versions import DIAGNOSTICS
from synnefo_compute import Diagnosis
from synnefo_core.contracts.api import Version
from synnefo_core.contracts.compute import PowerState

MIB_KIB = 1024

_STATES = {
    PowerState.RUNNING: "running",
    PowerState.STOPPED: "shutdown",
    PowerState.CRASHED: "crashed",
    PowerState.UNKNOWN: "pending",
}
"""Nova's words; what a node does not tell is still to be told."""

_OF_DISKS = ("errors_count", "read_bytes", "read_requests", "write_bytes", "write_requests")
_OF_CARDS = tuple(
    f"{way}_{what}"
    for way in ("rx", "tx")
    for what in ("drop", "errors", "octets", "packets", "rate")
)


def full(found: Diagnosis, version: Version) -> dict[str, Any]:
    """Show all that the cluster told, before 2.48 in no fixed form."""
    return _formal(found) if version >= DIAGNOSTICS else _plain(found)


def _plain(found: Diagnosis) -> dict[str, Any]:
    """Show names and values; memory is in KiB and disks in bytes, as with Nova's libvirt."""
    shown: dict[str, Any] = {
        "state": _STATES[found.power],
        "driver": found.driver,
        "vcpus": found.vcpus,
        "memory": found.ram_mib * MIB_KIB,
    }
    shown |= {f"disk{i}_bytes": size * MIB_KIB**2 for i, size in enumerate(found.disks_mib)}
    return shown | {f"nic{i}_mac": mac for i, mac in enumerate(found.macs)}


def _formal(found: Diagnosis) -> dict[str, Any]:
    processor = {"time": None, "utilisation": None}
    return {
        "state": _STATES[found.power],
        "driver": found.driver,
        "hypervisor": None,
        "hypervisor_os": None,
        "uptime": None,
        "config_drive": found.has_config_drive,
        "num_cpus": found.vcpus,
        "num_disks": len(found.disks_mib),
        "num_nics": len(found.macs),
        "memory_details": {"maximum": found.ram_mib, "used": None},
        "cpu_details": [{"id": number, **processor} for number in range(found.vcpus)],
        "disk_details": [dict.fromkeys(_OF_DISKS) for _ in found.disks_mib],
        "nic_details": [{"mac_address": mac, **dict.fromkeys(_OF_CARDS)} for mac in found.macs],
    }
