# SPDX-License-Identifier: Apache-2.0
"""Submit the jobs of the contract's facet ``Migration``."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S
from synnefo_core.contracts.moving import Migration


@dataclass(frozen=True)
class SimMigration(Migration):
    """Move simulated instances; their disks come along, whatever they are."""

    door: FrontDoor

    def migrate(self, name: str, *, node: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("migrate", name, {"node": node}, timeout_s=timeout_s)

    def failover(self, name: str, *, node: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("failover", name, {"node": node}, timeout_s=timeout_s)
