# SPDX-License-Identifier: Apache-2.0
"""How diagnostics are shown: what nobody tells is null.

Nodes tell the processor time of all processors together; each is shown its even share.
"""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.versions import DIAGNOSTICS
from synnefo_compute import Diagnosis
from synnefo_core.contracts.api import Version
from synnefo_core.contracts.compute import PowerState
from synnefo_core.contracts.figures import Card, Disk

MIB_KIB = 1024
NS = 10**9

_STATES = {
    PowerState.RUNNING: "running",
    PowerState.STOPPED: "shutdown",
    PowerState.CRASHED: "crashed",
    PowerState.UNKNOWN: "pending",
}
"""Nova's words; what a node does not tell is still to be told."""

_OF_DISKS = {
    "errors_count": None,
    "read_bytes": "read_bytes",
    "read_requests": "reads",
    "write_bytes": "write_bytes",
    "write_requests": "writes",
}
_OF_CARDS = {
    f"{way}_{word}": ours and f"{way}_{ours}"
    for way in ("rx", "tx")
    for word, ours in (
        ("drop", "drops"),
        ("errors", None),
        ("octets", "bytes"),
        ("packets", "packets"),
        ("rate", None),
    )
}
"""Nova's words and the counters' names; None for what is never told."""

_PLAIN_DISKS = {"read": "read_bytes", "read_req": "reads", "write": "write_bytes", "write_req": "writes"}  # fmt: skip
_PLAIN_CARDS = {
    f"{way}{word}": f"{way}_{ours}"
    for way in ("rx", "tx")
    for word, ours in (("", "bytes"), ("_packets", "packets"), ("_drop", "drops"))
}


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
    if found.used:
        shown["memory-rss"] = found.used.ram_mib * MIB_KIB
        shown |= {f"cpu{i}_time": _processor_ns(found) for i in range(found.vcpus)}
    for i, size in enumerate(found.disks_mib):
        shown[f"disk{i}_bytes"] = size * MIB_KIB**2
        shown |= _named(f"disk{i}", found.disks[i], _PLAIN_DISKS)
    for i, mac in enumerate(found.macs):
        shown[f"nic{i}_mac"] = mac
        shown |= _named(f"nic{i}", found.cards[i], _PLAIN_CARDS)
    return shown


def _named(prefix: str, device: Card | Disk | None, words: dict[str, str]) -> dict[str, Any]:
    if device is None:
        return {}
    return {f"{prefix}_{word}": getattr(device, ours) for word, ours in words.items()}


def _formal(found: Diagnosis) -> dict[str, Any]:
    used = found.used
    processor = {"time": _processor_ns(found), "utilisation": None}
    return {
        "state": _STATES[found.power],
        "driver": found.driver,
        "hypervisor": None,
        "hypervisor_os": None,
        "uptime": int(used.at - used.began_at) if used else None,
        "config_drive": found.has_config_drive,
        "num_cpus": found.vcpus,
        "num_disks": len(found.disks_mib),
        "num_nics": len(found.macs),
        "memory_details": {"maximum": found.ram_mib, "used": used.ram_mib if used else None},
        "cpu_details": [{"id": number, **processor} for number in range(found.vcpus)],
        "disk_details": [_counters(disk, _OF_DISKS) for disk in found.disks],
        "nic_details": [
            {"mac_address": mac, **_counters(card, _OF_CARDS)}
            for mac, card in zip(found.macs, found.cards, strict=True)
        ],
    }


def _counters(device: Card | Disk | None, words: dict[str, str | None]) -> dict[str, Any]:
    return {word: getattr(device, ours, None) if ours else None for word, ours in words.items()}


def _processor_ns(found: Diagnosis) -> int | None:
    if found.used is None:
        return None
    return int(found.used.cpu_s * NS / max(1, found.vcpus))
