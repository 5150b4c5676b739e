# SPDX-License-Identifier: Apache-2.0
"""Moving servers from fuller clusters to emptier ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import synnefo_backends
from synnefo_compute.balancing import prospects
from synnefo_compute.balancing.outlook import Outlook
from synnefo_compute.balancing.plans import Move, Plan, Stay
from synnefo_compute.balancing.prospects import Prospect
from synnefo_core.context import RequestContext
from synnefo_core.errors import CloudError

EVEN = 0.05
"""Clusters are even when they differ by no more of the weighers' measure: 0 is empty, about 1 full."""


@dataclass(frozen=True)
class _Chance:
    """A move that could be made, and how much emptier it leaves the fuller of both clusters."""

    prospect: Prospect
    target_id: str
    gain: float


def plan(context: RequestContext, *, may_stop: bool, most: int) -> Plan:
    """Return at most so many moves, each out of the fullest cluster that has any to gain from.

    Only clusters that take servers have part in it. One that is drained is for
    :mod:`~synnefo_compute.balancing.evacuation`.
    """
    outlook = Outlook(context)
    silent, here, stays = dict(outlook.silent), dict[str, list[Prospect]](), list[Stay]()
    for backend in synnefo_backends.listing(context):
        if backend.id not in outlook.reached():
            continue
        try:
            found = prospects.of_cluster(context, backend, may_stop=may_stop)
        except CloudError as cause:
            silent[backend.name] = str(cause)
            continue
        here[backend.id] = [each for each in found if not each.problem]
        stays += [each.stay(backend.name, each.problem) for each in found if each.problem]
    moves: list[Move] = []
    while len(moves) < most and (chance := _next(outlook, here)) is not None:
        moves.append(_take(outlook, here, chance))
    return Plan(tuple(moves), tuple(stays), silent)


def _next(outlook: Outlook, here: dict[str, list[Prospect]]) -> _Chance | None:
    """Return the best move out of the fullest cluster that has one worth it."""
    emptiest = min((outlook.fullness(each) for each in outlook.reached()), default=0.0)
    for backend_id in sorted(here, key=lambda each: -outlook.fullness(each)):
        if outlook.fullness(backend_id) - emptiest <= EVEN:
            return None
        best = max(_chances(outlook, here[backend_id]), key=lambda each: each.gain, default=None)
        if best is not None and best.gain > 0.0:
            return best
    return None


def _chances(outlook: Outlook, some: Iterable[Prospect]) -> Iterable[_Chance]:
    """Yield what could be done with each, those that are alike taken for one."""
    alike = {_likeness(each): each for each in some}
    for prospect in alike.values():
        target_id, _ = outlook.choose(prospect)
        if target_id:
            yield _Chance(prospect, target_id, _gain(outlook, prospect, target_id))


def _likeness(prospect: Prospect) -> tuple[str, str, str]:
    """Return what servers have in common that can go to the same clusters."""
    # A demand has mappings, which are no keys; its group is told by the group's id.
    return repr(replace(prospect.demand, company=None)), prospect.group_id, prospect.store


def _gain(outlook: Outlook, prospect: Prospect, target_id: str) -> float:
    """Return how much emptier the fuller of both clusters would be; the move is taken back."""
    both = prospect.backend_id, target_id
    before = max(outlook.fullness(each) for each in both)
    outlook.move(prospect, target_id)
    after = max(outlook.fullness(each) for each in both)
    outlook.move(replace(prospect, backend_id=target_id), prospect.backend_id)
    return before - after


def _take(outlook: Outlook, here: dict[str, list[Prospect]], chance: _Chance) -> Move:
    """Go on as if a move had been made; each server moves only once."""
    prospect = chance.prospect
    outlook.move(prospect, chance.target_id)
    here[prospect.backend_id].remove(prospect)
    source, target = outlook.name(prospect.backend_id), outlook.name(chance.target_id)
    return Move(prospect.server_id, prospect.name, source, target)
