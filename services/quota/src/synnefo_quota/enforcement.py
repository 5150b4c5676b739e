# SPDX-License-Identifier: Apache-2.0
"""What brings users and projects back under their limits: planned first, then done.

Services say what they can do about a resource (hook ``quota_relief``); here it is chosen what
is needed and no more. Nothing happens before :func:`apply`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Relief, Severity
from synnefo_core.errors import CloudError
from synnefo_quota import ledger
from synnefo_quota.ledger import Holding
from synnefo_quota.registry import PROJECT, USER


@dataclass(frozen=True)
class Scope:
    """Who and what is looked at; an empty set of ``only_…`` means all."""

    only_resources: Collection[str] = ()
    only_users: Collection[str] = ()
    not_users: Collection[str] = ()
    only_projects: Collection[str] = ()
    not_projects: Collection[str] = ()

    def has(self, holding: Holding) -> bool:
        """Return whether a holding is looked at; a project's own is nobody's in particular."""
        user_id = holding.holder.removeprefix(USER) if holding.source else ""
        is_user = not user_id or _fits(user_id, self.only_users, self.not_users)
        is_kind = bool(user_id) or not self.only_users
        return (
            is_user
            and is_kind
            and _fits(project_of(holding), self.only_projects, self.not_projects)
            and _fits(holding.resource, self.only_resources, ())
        )

    def spares(self, relief: Relief) -> bool:
        """Return whether a thing is left alone because of whose it is."""
        return not _fits(relief.user_id, self.only_users, self.not_users)


EVERYTHING = Scope()


def _fits(text: str, only: Collection[str], without: Collection[str]) -> bool:
    return (not only or text in only) and text not in without


def project_of(holding: Holding) -> str:
    """Return the project that a holding is in."""
    return (holding.source or holding.holder).removeprefix(PROJECT)


@dataclass(frozen=True)
class Step:
    """One thing to be done, and the holding for which it is."""

    holding: Holding
    relief: Relief


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        steps: In the order in which they are done.
        left_over: What stays over its limit when all is done, with by how much.
    """

    steps: tuple[Step, ...]
    left_over: tuple[tuple[Holding, int], ...]


@dataclass
class _Choice:
    """What was chosen so far."""

    scope: Scope
    per_place: int
    steps: list[Step] = field(default_factory=list)
    freed: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    taken: set[tuple[str, str]] = field(default_factory=set)

    def excess(self, holding: Holding) -> int:
        """Return by how much a holding stays over its limit after what was chosen."""
        return holding.excess - self.freed[_at(holding)]

    def take(self, holding: Holding, reliefs: Iterable[Relief]) -> None:
        """Choose as many as are needed, in their order."""
        for relief in reliefs:
            if self.excess(holding) <= 0:
                return
            if self._is_possible(holding, relief):
                self._take(holding, relief)

    def _take(self, holding: Holding, relief: Relief) -> None:
        self.steps.append(Step(holding, relief))
        self.taken.add((relief.kind, relief.id))
        self.places[relief.place] += not relief.is_under_way
        for resource, amount in relief.frees.items():
            for whose in (relief.project_id, f"{relief.project_id} {relief.user_id}"):
                self.freed[whose, resource] += amount

    def _is_possible(self, holding: Holding, relief: Relief) -> bool:
        is_full = self.per_place and self.places[relief.place] >= self.per_place
        return (
            (not holding.source or relief.user_id == holding.holder.removeprefix(USER))
            and bool(relief.frees.get(holding.resource))
            and (relief.kind, relief.id) not in self.taken
            and (relief.is_under_way or not (is_full or self.scope.spares(relief)))
        )


def _at(holding: Holding) -> tuple[str, str]:
    project_id = project_of(holding)
    user = f" {holding.holder.removeprefix(USER)}" if holding.source else ""
    return project_id + user, holding.resource


def plan(
    context: RequestContext,
    *,
    scope: Scope = EVERYTHING,
    severity: Severity | None = None,
    per_place: int = 0,
) -> Plan:
    """Choose what brings all holdings back under their limits.

    What is deleted for one resource frees others too, so deletions are chosen first, and a
    user's share before the project's own total.

    Args:
        context: For the database.
        scope: Who and what is looked at.
        severity: How far to go.
        per_place: The most to be done at one place (a cluster), 0 for no limit.
    """
    choice = _Choice(scope, per_place)
    with context.reading(is_snapshot=True):
        over = [holding for holding in ledger.search(context, is_over=True) if scope.has(holding)]
        offers = {
            (project_of(holding), holding.resource): _offers(
                context, holding, severity or Severity()
            )
            for holding in over
        }
    # Users' shares first, and what deletes before what stops.
    over.sort(key=lambda h: (not _deletes(offers[project_of(h), h.resource]), not h.source, h.key))
    for holding in over:
        choice.take(holding, offers[project_of(holding), holding.resource])
    excess = [(holding, choice.excess(holding)) for holding in over]
    return Plan(tuple(choice.steps), tuple((h, amount) for h, amount in excess if amount > 0))


def _offers(context: RequestContext, holding: Holding, severity: Severity) -> list[Relief]:
    answers = context.cloud.plugins.answers(
        "quota_relief",
        context=context,
        resource=holding.resource,
        project_id=project_of(holding),
        severity=severity,
    )
    found = [relief for _, reliefs in answers for relief in reliefs]
    return sorted(found, key=lambda r: (not r.is_under_way, r.rank, -r.created_at, r.id))


def _deletes(offers: Iterable[Relief]) -> bool:
    return any(relief.action == "delete" for relief in offers)


def apply(context: RequestContext, chosen: Plan) -> Iterator[tuple[Step, str]]:
    """Begin every step; yield each with what went wrong, empty when nothing did.

    A step that is refused (the thing changed meanwhile) does not stop the others.
    """
    for step in chosen.steps:
        problem = ""
        if not step.relief.is_under_way:
            try:
                step.relief.apply(context)
            except CloudError as cause:
                problem = str(cause)
        yield step, problem
