# SPDX-License-Identifier: Apache-2.0
"""Submit the jobs of the contract's facet ``Cards``."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_backend_sim import instances
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, NicSpec
from synnefo_core.contracts.devices import Cards


@dataclass(frozen=True)
class SimCards(Cards):
    """Change the network cards of simulated instances, whether they run or not."""

    door: FrontDoor

    def plug(self, name: str, nic: NicSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        request = {"nic": instances.card_of(nic)}
        return self.door.submit("plug", name, request, timeout_s=timeout_s)

    def unplug(self, name: str, nic: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("unplug", name, {"nic": nic}, timeout_s=timeout_s)
