# SPDX-License-Identifier: Apache-2.0
"""The moves of servers: those of their actions that take them elsewhere, or give them another flavor.

Where a server was, and where it came to, is written down with the action. Moves that were asked of a
cluster itself are nobody's action and not here; of those before this was written down only what the
action tells is known.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_compute import states
from synnefo_compute.models import ActionRow, ServerRow
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_core.db.paging import Order, page
from synnefo_core.errors import InvalidField, NotFound

RESIZE, COLD, LIVE = "resize", "migration", "live-migration"
KINDS = {
    states.RESIZE.action: RESIZE,
    states.MIGRATE.action: COLD,
    states.MIGRATE_LIVE.action: LIVE,
}
"""The kinds of moves by the actions that are some."""

RUNNING, MIGRATING, COMPLETED, CONFIRMED = "running", "migrating", "completed", "confirmed"
FINISHED, CONFIRMING, REVERTING, REVERTED = "finished", "confirming", "reverting", "reverted"
ERROR = "error"

_DECISIONS = {
    states.CONFIRM_RESIZE.action: (CONFIRMING, CONFIRMED),
    states.REVERT_RESIZE.action: (REVERTING, REVERTED),
}
_ORDER: Order = [(ActionRow.started_at, True), (ActionRow.id, True)]


@dataclass(frozen=True)
class Place:
    """A cluster, by its name, and a node of it; empty where it is not known."""

    cluster: str = ""
    node: str = ""


@dataclass(frozen=True)
class Move:
    """A move of a server.

    Attributes:
        number: Always the same for an ``id``, and of no other move of the server.
        kind: :data:`RESIZE`, :data:`COLD` or :data:`LIVE`.
        source, target: Where the server was, and where it came to; nowhere until it is there.
        flavors: Ids of the old one and the new one; empty where they are not known.
    """

    id: str
    server_id: str
    kind: str
    status: str
    source: Place
    target: Place
    flavors: tuple[str, str]
    user_id: str
    project_id: str
    created_at: float
    updated_at: float

    @property
    def number(self) -> int:
        return uuid.UUID(self.id).int & (2**53 - 1)


@dataclass(frozen=True)
class Choice:
    """Which moves are listed.

    Attributes:
        limit: The most; None for as many as there may be.
        marker: The id of the move behind which they begin; empty for the newest.
        columns: What columns of the action must be.
        kind, status, source: What a move must have; empty for any.
        place: A cluster or a node from which it went, or to which it came; empty for any.
        changed_since, changed_before: Between which moments it went on last.
    """

    limit: int | None = None
    marker: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    status: str = ""
    source: str = ""
    place: str = ""
    changed_since: float | None = None
    changed_before: float | None = None

    def has(self, move: Move) -> bool:
        """Whether a move is one of these, by what it has come to."""
        ends = (move.source, move.target)
        return (
            self.kind in ("", move.kind)
            and self.status in ("", move.status)
            and self.source in ("", move.source.cluster, move.source.node)
            and (not self.place or any(self.place in (end.cluster, end.node) for end in ends))
            and (self.changed_since is None or move.updated_at >= self.changed_since)
            and (self.changed_before is None or move.updated_at <= self.changed_before)
        )


def left(server: ServerRow, action: str) -> dict[str, Any]:
    """Return what is written down of a server with an action that begins; of what is no move, nothing."""
    if action not in KINDS:
        return {}
    flavors = [server.flavor_id, server.held_flavor_id or server.flavor_id]
    return {"source": [server.backend_id, server.node], "flavors": flavors}


def reached(server: ServerRow, row: ActionRow, *, is_done: bool) -> dict[str, Any]:
    """Return the same once it has ended: a move that failed may have got somewhere, too."""
    here = [server.backend_id, server.node]
    if not row.places or not (is_done or here != row.places["source"]):
        return row.places
    return {**row.places, "target": here}


def listing(context: RequestContext, choice: Choice) -> list[Move]:
    """Return the moves of all servers, newest first.

    Raises:
        InvalidField: There is no move of the marker.
    """
    most = context.cloud.config.compute.page_limit
    limit = most if choice.limit is None else min(choice.limit or most, most)
    query = select(ActionRow).where(ActionRow.name.in_(KINDS))
    for column, value in choice.columns.items():
        query = query.where(getattr(ActionRow, column) == value)
    with context.reading() as session:
        behind = _behind(session, choice.marker) if choice.marker else None
        rows = _rows(session, query, behind, at_once=most)
        clusters = {each.id: each.name for each in synnefo_backends.listing(context)}
        moves = (each for some in rows for each in _moves(session, some, clusters))
        return list(islice(filter(choice.has, moves), limit))


def _rows(
    session: Session, query: Any, behind: tuple[float, str] | None, *, at_once: int
) -> Iterator[Sequence[ActionRow]]:
    """Yield what a query finds, some at a time: most choices need few."""
    while rows := session.scalars(page(query, _ORDER, limit=at_once, marker=behind)).all():
        yield rows
        if len(rows) < at_once:
            return
        behind = rows[-1].started_at, rows[-1].id


def of_server(context: RequestContext, server_id: str) -> list[Move]:
    """Return the live moves of a server that are under way.

    Raises:
        NotFound: The caller has no server of this id.
    """
    query = select(ActionRow).where(
        ActionRow.server_id == server_id,
        ActionRow.name == states.MIGRATE_LIVE.action,
        ActionRow.ended_at == 0.0,
    )
    with context.reading() as session:
        owned(context, session, server_id)
        clusters = {each.id: each.name for each in synnefo_backends.listing(context)}
        return list(_moves(session, session.scalars(query).all(), clusters))


def show(context: RequestContext, server_id: str, number: str) -> Move:
    """Return one of them.

    Raises:
        NotFound: The caller has no server of this id, or no such move of it is under way.
    """
    for move in of_server(context, server_id):
        if str(move.number) == number:
            return move
    noun = "migration"
    raise NotFound(noun, number)


def _behind(session: Session, marker: str) -> tuple[float, str]:
    row = session.get(ActionRow, marker)
    if row is None or row.name not in KINDS:
        name = "marker"
        raise InvalidField(name, f"marker {marker} could not be found")
    return row.started_at, row.id


def _moves(
    session: Session, rows: Sequence[ActionRow], clusters: Mapping[str, str]
) -> Iterator[Move]:
    resized = {row.server_id for row in rows if row.name == states.RESIZE.action}
    decided = _decided(session, resized)
    for row in rows:
        status, updated_at = decided.get(row.id, (_status(row), row.ended_at or row.started_at))
        flavors = row.places.get("flavors", ["", ""])
        yield Move(
            id=row.id,
            server_id=row.server_id,
            kind=KINDS[row.name],
            status=status,
            source=_place(row.places.get("source"), clusters),
            target=_place(row.places.get("target"), clusters),
            flavors=(flavors[0], flavors[1]),
            user_id=row.user_id,
            project_id=row.project_id,
            created_at=row.started_at,
            updated_at=updated_at,
        )


def _status(row: ActionRow) -> str:
    is_live = row.name == states.MIGRATE_LIVE.action
    if not row.ended_at:
        return RUNNING if is_live else MIGRATING
    if row.message:
        return ERROR
    return COMPLETED if is_live else CONFIRMED


def _place(kept: Sequence[str] | None, clusters: Mapping[str, str]) -> Place:
    return Place(clusters.get(kept[0], ""), kept[1]) if kept else Place()


def _decided(session: Session, server_ids: set[str]) -> dict[str, tuple[str, float]]:
    """Return what came of resizes that went well, and when, by their actions' ids."""
    if not server_ids:
        return {}
    names = [states.RESIZE.action, *_DECISIONS]
    query = select(ActionRow).where(
        among(ActionRow.server_id, server_ids), ActionRow.name.in_(names)
    )
    by_server: dict[str, list[ActionRow]] = defaultdict(list)
    for row in session.scalars(query.order_by(ActionRow.started_at, ActionRow.id)):
        by_server[row.server_id].append(row)
    undecided = among(ServerRow.id, server_ids), ServerRow.held_flavor_id != ""
    waiting = set(session.scalars(select(ServerRow.id).where(*undecided)))
    found: dict[str, tuple[str, float]] = {}
    for server_id, rows in by_server.items():
        found |= _outcomes(rows, is_waiting=server_id in waiting)
    return found


def _outcomes(rows: Sequence[ActionRow], *, is_waiting: bool) -> dict[str, tuple[str, float]]:
    """Return what came of the resizes of one server, whose actions these are, oldest first."""
    found: dict[str, tuple[str, float]] = {}
    last = ""
    for row in rows:
        is_good = bool(row.ended_at) and not row.message
        if row.name == states.RESIZE.action:
            last = row.id if is_good else ""
        elif last and (is_good or not row.ended_at):
            status = _DECISIONS[row.name][is_good]
            found[last] = status, row.ended_at or row.started_at
    if last and last not in found and is_waiting:
        kept = next(row for row in rows if row.id == last)
        found[last] = FINISHED, kept.ended_at
    return found
