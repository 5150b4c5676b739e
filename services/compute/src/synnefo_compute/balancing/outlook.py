# SPDX-License-Identifier: Apache-2.0
"""The clusters as they would be after some moves; nothing is booked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import synnefo_backends
from synnefo_backends import Candidate, Demand, Verdict
from synnefo_compute import moving
from synnefo_compute.balancing.prospects import Prospect
from synnefo_core.context import RequestContext
from synnefo_core.contracts.placement import Room
from synnefo_core.errors import CloudError

NOTHING = Demand(vcpus=0, ram_mib=0, disk_mib=0)
OUT_OF_REACH = "does not reach its disks"


class Outlook:
    """What would become of the clusters.

    Attributes:
        silent: What went wrong with those that could not be asked for the disks that they reach, by name.
    """

    def __init__(self, context: RequestContext) -> None:
        """Begin with what is, and ask the clusters that take servers what disks they reach."""
        self._context = context
        self._clusters = {each.id: each for each in synnefo_backends.candidates(context)}
        self._stores: dict[str, frozenset[str]] = {}
        self._groups: dict[str, dict[str, int]] = {}
        self.silent: dict[str, str] = {}
        for backend in synnefo_backends.listing(context):
            if not backend.is_open:
                continue
            try:
                self._stores[backend.id] = moving.stores(context, backend)
            except CloudError as cause:
                self.silent[backend.name] = str(cause)

    def reached(self) -> Collection[str]:
        """Return the clusters that servers may come to."""
        return self._stores

    def name(self, backend_id: str) -> str:
        """Return the name of a cluster."""
        return self._clusters[backend_id].name

    def fullness(self, backend_id: str) -> float:
        """Return how little a cluster would please, whatever came: the least are the emptiest."""
        return synnefo_backends.weigh(self._context, self._clusters[backend_id], NOTHING)

    def choose(self, prospect: Prospect) -> tuple[str, str]:
        """Return the best other cluster for a server; or nothing, and why there is none."""
        demand = self._demand(prospect)
        verdicts = synnefo_backends.judge(self._context, self._seen_by(demand.project_id), demand)
        others = [each for each in verdicts if each.backend_id != prospect.backend_id]
        reasons = {each.name: self._reason(prospect, each) for each in others}
        fit = next((each for each in others if not reasons[each.name]), None)
        if fit is not None:
            return fit.backend_id, ""
        said = "; ".join(f"{name}: {reason}" for name, reason in sorted(reasons.items()))
        return "", said or "there is no other cluster"

    def _reason(self, prospect: Prospect, verdict: Verdict) -> str:
        if verdict.weight is None:
            return ", ".join(verdict.reasons.values())
        if verdict.backend_id not in self._stores:
            return self.silent.get(verdict.name, "can't be asked")
        is_reached = prospect.store in ("", *self._stores[verdict.backend_id])
        return "" if is_reached else OUT_OF_REACH

    def move(self, prospect: Prospect, target_id: str) -> None:
        """Go on as if a server had moved."""
        demand = prospect.demand
        room = Room(demand.vcpus, demand.ram_mib, demand.booked_disk_mib)
        self._book(prospect.backend_id, room, sign=-1)
        self._book(target_id, room, sign=1)
        if demand.company:
            here = self._members(prospect)
            here[prospect.backend_id] = here.get(prospect.backend_id, 0) - 1
            here[target_id] = here.get(target_id, 0) + 1

    def _book(self, backend_id: str, room: Room, *, sign: int) -> None:
        cluster = self._clusters[backend_id]
        booked = Room(
            cluster.booked.vcpus + sign * room.vcpus,
            cluster.booked.ram_mib + sign * room.ram_mib,
            cluster.booked.disk_mib + sign * room.disk_mib,
        )
        self._clusters[backend_id] = replace(cluster, booked=booked)

    def _seen_by(self, project_id: str) -> Iterable[Candidate]:
        """Return the clusters as a project's servers see them."""
        has_own = any(project_id in each.projects for each in self._clusters.values())
        return [replace(each, has_project_elsewhere=has_own) for each in self._clusters.values()]

    def _demand(self, prospect: Prospect) -> Demand:
        """Return what a server needs, its group being as it would be then, without itself."""
        company = prospect.demand.company
        if company is None:
            return prospect.demand
        members = dict(self._members(prospect))
        members[prospect.backend_id] = members.get(prospect.backend_id, 0) - 1
        others = {each: count for each, count in members.items() if count > 0}
        return replace(prospect.demand, company=replace(company, members=others))

    def _members(self, prospect: Prospect) -> dict[str, int]:
        known: Mapping[str, int] = {}
        if prospect.demand.company:
            known = prospect.demand.company.members
        return self._groups.setdefault(prospect.group_id, dict(known))
