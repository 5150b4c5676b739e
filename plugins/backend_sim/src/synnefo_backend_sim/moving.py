# SPDX-License-Identifier: Apache-2.0
"""Submit the jobs of the contract's facet ``Movable``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from synnefo_backend_sim import disks, instances
from synnefo_backend_sim.clusterfile import Turn
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_backend_sim.lifecycle import DISKLESS
from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    DiskSpec,
    Instance,
    InstanceMissing,
    InstanceSpec,
    RequestRefused,
)
from synnefo_core.contracts.moving import Baggage, Lodging, Movable, MovingDisk


@dataclass(frozen=True)
class SimMovable(Movable):
    """Hand simulated instances from cluster to cluster, whatever their disks are."""

    door: FrontDoor

    def stores(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> frozenset[str]:
        return frozenset({self.door.ask(_store, timeout_s=timeout_s)})

    def lodgings(
        self, names: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Lodging]:
        wanted = list(names)

        def seen(turn: Turn) -> dict[str, Lodging]:
            found = instances.named(turn.db, wanted)
            here = _store(turn)
            return {each.name: Lodging(here if each.disks else "") for each in found}

        return self.door.ask(seen, timeout_s=timeout_s)

    def baggage(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Baggage:
        def seen(turn: Turn) -> tuple[str, list[Instance]]:
            found = instances.named(turn.db, [name])
            # Those of before there was a store have nothing on them.
            disks.make(turn.db, [disk.name for each in found for disk in each.disks])
            return _store(turn), found

        here, found = self.door.ask(seen, timeout_s=timeout_s)
        if not found:
            raise InstanceMissing(f"instance {name!r} not known")
        if not found[0].disks:
            return Baggage(disk_template=DISKLESS)
        return Baggage(here, "", tuple(MovingDisk(d.name, d.size_mib) for d in found[0].disks))

    def take_in(
        self, spec: InstanceSpec, baggage: Baggage, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        if baggage.store not in ("", *self.stores(timeout_s=timeout_s)):
            raise RequestRefused(f"the disks lie in {baggage.store}, which is out of reach")
        made_of = tuple(DiskSpec(disk.name, disk.size_mib) for disk in baggage.disks)
        request = instances.request_of(replace(spec, disks=made_of, is_started=False))
        return self.door.submit("take_in", spec.name, request, timeout_s=timeout_s)

    def give_up(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.door.submit("give_up", name, {}, timeout_s=timeout_s)


def _store(turn: Turn) -> str:
    return str(disks.store(turn.db))
