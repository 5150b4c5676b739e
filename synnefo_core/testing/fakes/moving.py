# SPDX-License-Identifier: Apache-2.0
"""Clusters in memory that hand instances to one another."""
# ruff: noqa: ARG002 (a cluster in memory answers at once: it heeds no deadlines)

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    DiskSpec,
    InstanceMissing,
    InstanceSpec,
    PowerState,
    RequestRefused,
)
from synnefo_core.contracts.moving import Baggage, Lodging, Movable, MovingDisk
from synnefo_core.testing.fakes.cluster import JobFailed, World


@dataclass(frozen=True)
class MemoryDisks:
    """A store of disks that several clusters may reach: what is on them, by their names."""

    name: str = "memory"
    contents: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class MemoryMovable(Movable):
    """Hand instances from cluster to cluster; ``make`` makes one."""

    world: World
    make: Callable[[InstanceSpec], None]
    disks: MemoryDisks

    def stores(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> frozenset[str]:
        return frozenset({self.disks.name})

    def lodgings(
        self, names: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Lodging]:
        there = self.world.instances
        return {
            name: Lodging(self.disks.name if there[name].disks else "")
            for name in names
            if name in there
        }

    def baggage(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Baggage:
        instance = self.world.instances.get(name)
        if instance is None:
            raise InstanceMissing(f"instance {name!r} not known")
        disks = tuple(MovingDisk(disk.name, disk.size_mib) for disk in instance.disks)
        return Baggage(self.disks.name if disks else "", "", disks)

    def take_in(
        self, spec: InstanceSpec, baggage: Baggage, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        if baggage.store not in ("", self.disks.name):
            raise RequestRefused(f"the disks lie in {baggage.store}, which is out of reach")
        disks = tuple(DiskSpec(disk.name, disk.size_mib) for disk in baggage.disks)
        made_of = replace(spec, disks=disks, is_started=False)

        def effect() -> None:
            if any(disk.name not in self.disks.contents for disk in disks):
                raise JobFailed(f"a disk of {spec.name!r} is not there")
            self.make(made_of)

        return self.world.submit("take_in", spec.name, effect)

    def give_up(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        def effect() -> None:
            instances = self.world.instances
            if name not in instances or instances[name].power is PowerState.RUNNING:
                raise JobFailed(f"instance {name!r} is not there, or runs")
            del instances[name]

        return self.world.submit("give_up", name, effect)
