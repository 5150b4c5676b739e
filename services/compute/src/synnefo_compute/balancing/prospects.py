# SPDX-License-Identifier: Apache-2.0
"""The servers of a cluster, and whether they could move at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_backends import Backend, Company, Demand
from synnefo_compute import groups, moving, states
from synnefo_compute.balancing.plans import Stay
from synnefo_compute.models import ServerRow
from synnefo_core import underway
from synnefo_core.context import RequestContext
from synnefo_core.contracts.moving import Lodging


@dataclass(frozen=True)
class Prospect:
    """A server that may move; ``demand`` has all of its group, itself included.

    ``problem`` says why it can't, else ``store`` is where its disks lie, empty without any.
    """

    server_id: str
    name: str
    backend_id: str
    group_id: str
    demand: Demand
    store: str = ""
    problem: str = ""

    def stay(self, source: str, reason: str) -> Stay:
        """Return that it stays in the cluster of this name."""
        return Stay(self.server_id, self.name, source, reason)


def of_cluster(context: RequestContext, backend: Backend, *, may_stop: bool) -> list[Prospect]:
    """Return the servers of a cluster, the largest first.

    Raises:
        Unbuilt: It hands no instances to others.
        Unavailable: It can't be reached now.
    """
    query = select(ServerRow).where(
        ServerRow.backend_id == backend.id, ServerRow.is_deleted.is_(False)
    )
    with context.reading() as session:
        rows = list(session.scalars(query))
        busy = underway.subjects(session, [row.id for row in rows])
        companies = groups.companies(session, {row.group_id for row in rows} - {""})
        found = [_prospect(session, row, companies.get(row.group_id)) for row in rows]
        problems = {
            row.id: "something is being done to it" if row.id in busy else _problem(row, may_stop)
            for row in rows
        }
    lodgings = moving.lodgings(context, backend.id, problems)
    lodged = [_lodged(each, lodgings, problems[each.server_id]) for each in found]
    return sorted(lodged, key=lambda each: (-each.demand.ram_mib, each.server_id))


def _prospect(session: Session, row: ServerRow, company: Company | None) -> Prospect:
    demand = replace(moving.demand_of(session, row), company=company)
    return Prospect(row.id, row.name, row.backend_id, row.group_id, demand)


def _problem(row: ServerRow, may_stop: bool) -> str:
    if row.task_state != states.NO_TASK:
        return f"something is being done to it: {row.task_state}"
    if row.vm_state not in states.MIGRATE.sources:
        return f"it is {row.vm_state}"
    if row.is_active_charged and not may_stop:
        return "it runs, and may not be stopped"
    return ""


def _lodged(prospect: Prospect, lodgings: Mapping[str, Lodging], problem: str) -> Prospect:
    lodging = lodgings.get(prospect.server_id)
    if lodging is None:
        return replace(prospect, problem=problem or "its cluster has no instance of it")
    return replace(prospect, store=lodging.store, problem=problem or lodging.problem)
