# SPDX-License-Identifier: Apache-2.0
"""The record of what was asked of each server, by whom, and what came of it.

An action is written down in the transaction that accepts it. Its first event is the whole of it;
once the worker has done it, one for each of its steps follows. Nothing here is ever forgotten
while the server's row stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from synnefo_compute import moves
from synnefo_compute.models import ActionRow, ServerRow
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.db.paging import Order, page
from synnefo_core.errors import InvalidField, NotFound
from synnefo_core.sagas import Run

SUCCESS, ERROR = "Success", "Error"

CREATE, DELETE = "create", "delete"
LOCK, UNLOCK = "lock", "unlock"
RESET_NETWORK, RESET_STATE = "resetNetwork", "resetState"
SUSPEND, RESUME = "suspend", "resume"
"""By an operator, for good: see :mod:`synnefo_compute.suspending`."""


@dataclass(frozen=True)
class Event:
    """A part of an action; moments are seconds since the epoch, ``ended_at`` 0 while it goes on."""

    name: str
    started_at: float
    ended_at: float = 0.0
    result: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Action:
    """Something that was asked of a server; ``message`` is empty unless it failed."""

    server_id: str
    request_id: str
    name: str
    user_id: str
    project_id: str
    started_at: float
    updated_at: float
    message: str
    events: tuple[Event, ...]


def record(
    context: RequestContext,
    session: Session,
    server: ServerRow,
    name: str,
    *,
    is_done: bool = False,
) -> None:
    """Write down that an action was accepted, in the caller's transaction; done ones end at once."""
    now = context.now()
    ended = {"ended_at": now, "result": SUCCESS} if is_done else {}
    row = ActionRow(
        id=new_id(),
        server_id=server.id,
        request_id=context.request_id,
        name=name,
        user_id=context.user_id,
        project_id=context.project_id or server.project_id,
        started_at=now,
        ended_at=now if is_done else 0.0,
        message="",
        events=[{"name": f"compute_{name}", "started_at": now, **ended}],
        places=moves.left(server, name),
    )
    session.add(row)


def end(run: Run, session: Session) -> None:
    """Write down how a saga ended; call it in the transaction that ends the saga.

    When the server is gone, all that was still being done to it has ended too: its deletion well,
    what was given up for that not.
    """
    query = select(ActionRow).where(
        ActionRow.server_id == run.subject_id, ActionRow.ended_at == 0.0
    )
    server = session.get_one(ServerRow, run.subject_id)
    for row in session.scalars(query):
        if row.request_id == run.context.request_id:
            _end(row, run, run.error)
            row.places = moves.reached(server, row, is_done=not run.error)
        elif server.is_deleted:
            _end(row, run, "" if row.name == DELETE else "the server was deleted")


def give_up(context: RequestContext, session: Session, server_id: str, problem: str) -> None:
    """Write down that all that was being done to a server has ended badly: nobody works on it."""
    query = select(ActionRow).where(ActionRow.server_id == server_id, ActionRow.ended_at == 0.0)
    for row in session.scalars(query):
        _close(row, context.now(), problem)


def _end(row: ActionRow, run: Run, problem: str) -> None:
    _close(row, run.context.now(), problem)
    row.events = [*row.events, *run.data.get("done", [])]


def _close(row: ActionRow, now: float, problem: str) -> None:
    result = ERROR if problem else SUCCESS
    whole = {**row.events[0], "ended_at": now, "result": result, "problem": problem}
    row.ended_at, row.message, row.events = now, ERROR if problem else "", [whole]


@dataclass(frozen=True)
class Part:
    """Which of a server's actions are listed.

    Attributes:
        limit: The most; None for as many as there may be.
        marker: The request behind whose action they begin; empty for the newest.
        changed_since: Only those that went on since this moment.
        changed_before: Only those that have not gone on after this moment.
    """

    limit: int | None = None
    marker: str = ""
    changed_since: float | None = None
    changed_before: float | None = None


def listing(
    context: RequestContext, server_id: str, *, also_deleted: bool = False, part: Part = Part()
) -> list[Action]:
    """Return what was asked of a server, newest first; of one that was removed only if told to.

    Raises:
        NotFound: The caller has no server of this id (any more).
        InvalidField: The request of the marker asked nothing of it.
    """
    most = context.cloud.config.compute.page_limit
    query = select(ActionRow).where(ActionRow.server_id == server_id)
    changed_at = case((ActionRow.ended_at > 0.0, ActionRow.ended_at), else_=ActionRow.started_at)
    if part.changed_since is not None:
        query = query.where(changed_at >= part.changed_since)
    if part.changed_before is not None:
        query = query.where(changed_at <= part.changed_before)
    with context.reading() as session:
        owned(context, session, server_id, also_deleted=also_deleted)
        behind = _behind(session, server_id, part.marker) if part.marker else None
        limit = most if part.limit is None else min(part.limit or most, most)
        return [
            _shown(row) for row in session.scalars(page(query, _ORDER, limit=limit, marker=behind))
        ]


_ORDER: Order = [(ActionRow.started_at, True), (ActionRow.id, True)]


def _behind(session: Session, server_id: str, request_id: str) -> tuple[float, str]:
    query = select(ActionRow).where(
        ActionRow.server_id == server_id, ActionRow.request_id == request_id
    )
    row = session.scalars(query.limit(1)).first()
    if row is None:
        name = "marker"
        raise InvalidField(name, f"marker {request_id} could not be found")
    return row.started_at, row.id


def show(
    context: RequestContext, server_id: str, request_id: str, *, also_deleted: bool = False
) -> Action:
    """Return what one request asked of a server; of one that was removed only if told to.

    Raises:
        NotFound: The caller has no server of this id (any more), or the request asked nothing of it.
    """
    query = select(ActionRow).where(
        ActionRow.server_id == server_id, ActionRow.request_id == request_id
    )
    with context.reading() as session:
        owned(context, session, server_id, also_deleted=also_deleted)
        row = session.scalars(query.limit(1)).first()
        if row is None:
            noun = "action"
            raise NotFound(noun, request_id)
        return _shown(row)


def _shown(row: ActionRow) -> Action:
    return Action(
        server_id=row.server_id,
        request_id=row.request_id,
        name=row.name,
        user_id=row.user_id,
        project_id=row.project_id,
        started_at=row.started_at,
        updated_at=row.ended_at or row.started_at,
        message=row.message,
        events=tuple(_event(each) for each in row.events),
    )


def _event(kept: dict[str, Any]) -> Event:
    return Event(**kept)
