# SPDX-License-Identifier: Apache-2.0
"""See what is there: the contract's facet ``Inventory``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from synnefo_backend_sim import instances
from synnefo_backend_sim.clusterfile import Turn
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    Capacity,
    Instance,
    InstanceMissing,
    Inventory,
)

LAST_CHARACTER = "\U0010ffff"
_CAPACITY = """
    SELECT count(*) AS nodes,
           coalesce(sum(vcpus), 0) AS vcpus,
           coalesce(sum(ram_mib), 0) AS ram_mib,
           coalesce(sum(ram_mib - used_ram_mib), 0) AS free_ram_mib,
           coalesce(sum(disk_mib), 0) AS disk_mib,
           coalesce(sum(disk_mib - used_disk_mib), 0) AS free_disk_mib,
           (SELECT count(*) FROM instance) AS instances
    FROM node WHERE is_online
"""


@dataclass(frozen=True)
class SimInventory(Inventory):
    """Instances and nodes as their rows say.

    A stopped instance keeps its memory reserved, as in what Ganeti tells its allocator.
    """

    door: FrontDoor

    def instance(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Instance:
        def seen(turn: Turn) -> list[Instance]:
            return instances.select(turn.db, first=name, last=name)

        found = self.door.ask(seen, timeout_s=timeout_s)
        if not found:
            raise InstanceMissing(f"instance {name!r} not known")
        return found[0]

    def instances(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> list[Instance]:
        def seen(turn: Turn) -> list[Instance]:
            return instances.select(turn.db, first=prefix, last=prefix + LAST_CHARACTER)

        return self.door.ask(seen, timeout_s=timeout_s)

    def some(
        self, names: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Instance]:
        wanted = list(names)

        def seen(turn: Turn) -> dict[str, Instance]:
            return {found.name: found for found in instances.named(turn.db, wanted)}

        return self.door.ask(seen, timeout_s=timeout_s)

    def capacity(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Capacity:
        def seen(turn: Turn) -> Capacity:
            return Capacity(**turn.db.execute(_CAPACITY).fetchone())

        return self.door.ask(seen, timeout_s=timeout_s)
