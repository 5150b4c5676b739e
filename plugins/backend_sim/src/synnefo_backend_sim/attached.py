# SPDX-License-Identifier: Apache-2.0
"""Submit the jobs of the contract's facet ``Volumes``."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, DiskSpec
from synnefo_core.contracts.devices import Volumes


@dataclass(frozen=True)
class SimVolumes(Volumes):
    """List volumes as disks of simulated instances; what is on them is not simulated."""

    door: FrontDoor
    is_default: bool
    template = "ext"

    def disk(self, name: str, *, size_mib: int, ticket: str) -> DiskSpec:
        return DiskSpec(name, size_mib, {"ticket": ticket})

    def attach(self, name: str, disk: DiskSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        request = {"disk": {"name": disk.name, "size_mib": disk.size_mib}}
        return self.door.submit("attach", name, request, timeout_s=timeout_s)

    def detach(self, name: str, disk: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("detach", name, {"disk": disk}, timeout_s=timeout_s)

    def tell_size(
        self, name: str, disk: str, *, size_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        request = {"disk": disk, "size_mib": size_mib}
        return self.door.submit("tell_size", name, request, timeout_s=timeout_s)
