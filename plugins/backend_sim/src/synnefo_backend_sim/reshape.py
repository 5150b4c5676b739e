# SPDX-License-Identifier: Apache-2.0
"""Submit the jobs of the contract's facet ``Reshape``."""
# ruff: noqa: ARG002 (an operating system is not simulated)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, RequestRefused, Reshape
from synnefo_core.contracts.seed import Seed


@dataclass(frozen=True)
class SimReshape(Reshape):
    """Change simulated instances; what their disks hold is not simulated."""

    door: FrontDoor

    def resize(
        self, name: str, *, vcpus: int, ram_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        if vcpus < 1 or ram_mib < 1:
            raise RequestRefused("an instance needs a processor and memory")
        request = {"vcpus": vcpus, "ram_mib": ram_mib}
        return self.door.submit("resize", name, request, timeout_s=timeout_s)

    def grow_disk(
        self, name: str, *, disk: int, size_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        request = {"disk": disk, "size_mib": size_mib}
        return self.door.submit("grow_disk", name, request, timeout_s=timeout_s)

    def hand_seed(
        self, name: str, seed: Seed, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str | None:
        return self.door.submit("hand_seed", name, {"seed": seed.pack()}, timeout_s=timeout_s)

    def reinstall(
        self,
        name: str,
        *,
        os: str = "",
        os_parameters: Mapping[str, str] | None = None,
        is_started: bool = True,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> str:
        return self.door.submit("reinstall", name, {"is_started": is_started}, timeout_s=timeout_s)
