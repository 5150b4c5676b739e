# SPDX-License-Identifier: Apache-2.0
"""Submit the jobs of the contract's facet ``Lifecycle``."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_backend_sim import instances
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    InstanceSpec,
    Lifecycle,
    RequestRefused,
)

DISKLESS = "diskless"
DISK_TEMPLATES = ("file", "sharedfile", "plain", "drbd", "rbd", "ext", DISKLESS)
HYPERVISORS = ("fake", "kvm")


@dataclass(frozen=True)
class SimLifecycle(Lifecycle):
    """Make, run and remove simulated instances; guests obey at once, so no grace is used up."""

    door: FrontDoor

    def create(self, spec: InstanceSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        _check(spec)
        return self.door.submit(
            "create", spec.name, instances.request_of(spec), timeout_s=timeout_s
        )

    def delete(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("delete", name, {}, timeout_s=timeout_s)

    def start(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("start", name, {}, timeout_s=timeout_s)

    def stop(
        self, name: str, *, grace_s: int | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        return self.door.submit("stop", name, {"grace_s": grace_s}, timeout_s=timeout_s)

    def reboot(
        self, name: str, *, is_hard: bool = False, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        return self.door.submit("reboot", name, {"is_hard": is_hard}, timeout_s=timeout_s)


def _check(spec: InstanceSpec) -> None:
    """Refuse what no cluster would take."""
    if not spec.name:
        raise RequestRefused("an instance needs a name")
    if spec.vcpus < 1 or spec.ram_mib < 1:
        raise RequestRefused("an instance needs a processor and memory")
    if spec.disk_template and spec.disk_template not in DISK_TEMPLATES:
        raise RequestRefused(f"disk template {spec.disk_template!r} is not enabled")
    if spec.hypervisor and spec.hypervisor not in HYPERVISORS:
        raise RequestRefused(f"hypervisor {spec.hypervisor!r} is not enabled")
    if (spec.disk_template == DISKLESS) == bool(spec.disks):
        raise RequestRefused("an instance has disks unless it is diskless")
    if any(disk.size_mib < 1 for disk in spec.disks):
        raise RequestRefused("a disk needs a size")
