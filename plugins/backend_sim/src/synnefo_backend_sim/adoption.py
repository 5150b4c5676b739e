# SPDX-License-Identifier: Apache-2.0
"""Submit the jobs of the contract's facet ``Adoption``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, Adoption


@dataclass(frozen=True)
class SimAdoption(Adoption):
    """Make simulated instances known as ours."""

    door: FrontDoor

    def tag(self, name: str, tags: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("tag", name, {"tags": list(tags)}, timeout_s=timeout_s)

    def rename(self, name: str, new_name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("rename", name, {"new_name": new_name}, timeout_s=timeout_s)
