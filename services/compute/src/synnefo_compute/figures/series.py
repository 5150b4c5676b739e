# SPDX-License-Identifier: Apache-2.0
"""Read what a server used, and forget what is old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from synnefo_compute.figures.intake import account_of
from synnefo_compute.figures.rates import STEPS, Point, Step, point_of
from synnefo_compute.models import FigureRow, GraphRow
from synnefo_compute.rows import seen
from synnefo_core.context import RequestContext
from synnefo_core.contracts.figures import Sample
from synnefo_core.errors import InvalidField

HOUR_S = 3600.0
FRESH_S = 900.0
"""A sample that is older says nothing of now."""


@dataclass(frozen=True)
class Series:
    """Points of a server, the oldest first.

    Attributes:
        step_s: About so many seconds are between two.
        since: They are all after this moment.
        points: One for each step in which the server ran and was heard of.
    """

    step_s: int
    since: float
    points: Sequence[Point]


def server_figures(
    context: RequestContext, server_id: str, *, since: float | None = None, step_s: int = 0
) -> Series:
    """Return what a server used since a moment.

    Args:
        context: The caller.
        server_id: The server.
        since: An hour ago if None.
        step_s: One of the steps that are kept; 0 for the finest that reaches so far back.

    Raises:
        NotFound: The caller has none of this id.
        InvalidField: There is no such step.
    """
    begin = context.now() - HOUR_S if since is None else since
    step = _step(context.now() - begin, step_s)
    query = (
        select(GraphRow.points)
        .where(
            GraphRow.server_id == server_id,
            GraphRow.step_s == step.step_s,
            GraphRow.begins_at >= max(0, step.chunk_of(max(begin, context.now() - step.kept_s))),
        )
        .order_by(GraphRow.begins_at)
    )
    with context.reading() as session:
        seen(context, session, server_id)
        lines = "".join(session.scalars(query)).splitlines()
    points = sorted((point_of(line) for line in lines), key=lambda point: point.at)
    return Series(step.step_s, begin, [point for point in points if point.at > begin])


def _step(age_s: float, step_s: int) -> Step:
    if step_s:
        chosen = [step for step in STEPS if step.step_s == step_s]
    else:
        chosen = [step for step in STEPS if step.kept_s >= age_s] or [STEPS[-1]]
    if not chosen:
        name, kept = "step", ", ".join(str(step.step_s) for step in STEPS)
        raise InvalidField(name, f"it is none of {kept}")
    return chosen[0]


def latest(context: RequestContext, server_id: str) -> Sample | None:
    """Return the last sample of a server if it is of these minutes."""
    with context.reading() as session:
        row = session.get(FigureRow, server_id)
        if row is None or row.at < context.now() - FRESH_S:
            return None
        return account_of(row).sample


def forget(session: Session, server_id: str) -> None:
    """Forget all figures of a server."""
    session.execute(delete(FigureRow).where(FigureRow.server_id == server_id))
    session.execute(delete(GraphRow).where(GraphRow.server_id == server_id))


def sweep(context: RequestContext) -> None:
    """Forget the points whose time is over."""
    with context.unit_of_work() as session:
        session.execute(delete(GraphRow).where(GraphRow.expires_at <= context.now()))
