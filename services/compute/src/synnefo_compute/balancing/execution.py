# SPDX-License-Identifier: Apache-2.0
"""Carrying out a plan, a few moves at a time.

Whoever is cut off meanwhile leaves the moves that are under way to the worker, and plans anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

import synnefo_backends
from synnefo_compute import moving, states
from synnefo_compute.balancing.plans import Move, Plan
from synnefo_compute.models import ServerRow
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.errors import CloudError


@dataclass(frozen=True)
class Outcome:
    """What became of a move; ``problem`` is empty if the server is there."""

    move: Move
    problem: str = ""


def carry_out(
    context: RequestContext,
    plan: Plan,
    *,
    at_once: int,
    may_stop: bool,
    pause: Callable[[], object],
) -> Iterator[Outcome]:
    """Yield what becomes of each move; ``pause`` is called while the worker is at it."""
    waiting, under_way = list(plan.moves), dict[str, Move]()
    while waiting or under_way:
        while waiting and len(under_way) < at_once:
            move = waiting.pop(0)
            try:
                # A request of its own, for the record of the server's actions.
                own = for_worker(context.cloud)
                moving.move_server(own, move.server_id, move.target, may_stop=may_stop)
            except CloudError as cause:
                yield Outcome(move, str(cause))
                continue
            under_way[move.server_id] = move
        for outcome in _ended(context, under_way):
            del under_way[outcome.move.server_id]
            yield outcome
        if under_way:
            pause()


def _ended(context: RequestContext, under_way: dict[str, Move]) -> list[Outcome]:
    query = select(ServerRow).where(ServerRow.id.in_(list(under_way)))
    names = {each.id: each.name for each in synnefo_backends.listing(context)}
    with context.reading() as session:
        idle = [row for row in session.scalars(query) if row.task_state == states.NO_TASK]
        return [_outcome(row, under_way[row.id], names) for row in idle]


def _outcome(row: ServerRow, move: Move, names: dict[str, str]) -> Outcome:
    if row.is_deleted:
        return Outcome(move, "it was deleted meanwhile")
    is_there = names.get(row.backend_id) == move.target
    return Outcome(move, row.fault if row.fault or is_there else "it is not there")
