# SPDX-License-Identifier: Apache-2.0
"""What instances in memory have used."""
# ruff: noqa: ARG002 (a cluster in memory answers at once: it heeds no deadlines)

from __future__ import annotations

import time
from dataclasses import dataclass

from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, Instance, PowerState
from synnefo_core.contracts.figures import Card, Sample, Samples
from synnefo_core.testing.fakes.cluster import World


@dataclass(frozen=True)
class MemorySamples(Samples):
    """What runs has used as many seconds of a processor as it is old."""

    world: World

    def all(self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[Sample]:
        with self.world.lock:
            self.world.answer()
            return [
                self._sample(instance)
                for name, instance in sorted(self.world.instances.items())
                if name.startswith(prefix) and instance.power is PowerState.RUNNING
            ]

    @staticmethod
    def _sample(instance: Instance) -> Sample:
        began_at = instance.created_at or 0.0
        at = max(time.time(), began_at)
        return Sample(
            instance.name,
            at=at,
            began_at=began_at,
            cpu_s=at - began_at,
            ram_mib=instance.ram_mib,
            cards=tuple(Card(nic.name) for nic in instance.nics),
            node=instance.node,
        )
