# SPDX-License-Identifier: Apache-2.0
"""Submit the jobs of the contract's facet ``Rescue``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synnefo_backend_sim import instances, media
from synnefo_backend_sim.clusterfile import Turn
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, InstanceMissing
from synnefo_core.contracts.rescue import Boot, Rescue


@dataclass(frozen=True)
class SimRescue(Rescue):
    """Start simulated instances from media, which are nothing but names."""

    door: FrontDoor
    media: Mapping[str, Boot]

    def boot(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Boot:
        def seen(turn: Turn) -> Boot | None:
            is_there = bool(instances.named(turn.db, [name]))
            return media.of(turn.db, name) if is_there else None

        found = self.door.ask(seen, timeout_s=timeout_s)
        if found is None:
            raise InstanceMissing(f"instance {name!r} not known")
        return found

    def set_boot(self, name: str, boot: Boot, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("boot_from", name, {"boot": dict(boot)}, timeout_s=timeout_s)
