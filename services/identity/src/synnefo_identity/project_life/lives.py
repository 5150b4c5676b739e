# SPDX-License-Identifier: Apache-2.0
"""Projects as their people see them: who sees which, lists, and the log of what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.db.paging import page as cut
from synnefo_core.errors import Forbidden, NotFound
from synnefo_identity import assignments
from synnefo_identity.life_models import ApplicationRow, LifeLogRow, LifeRow, MemberRow
from synnefo_identity.listing import WHOLE, Page, by_id
from synnefo_identity.models import ProjectRow
from synnefo_identity.payload import ScopeKind
from synnefo_identity.project_life import limits
from synnefo_identity.project_life.states import COUNTED, ApplicationState, ProjectState
from synnefo_identity.project_life.values import Entry, Life

CHANGED = "project_life.changed"
"""The event of every entry in the log; its subject is the project."""


class Mode(StrEnum):
    """Which of the projects that the caller sees a list is of."""

    DEFAULT = "default"
    MEMBER = "member"
    """Those that the caller is a member of."""
    RELATED = "related"
    """Those and the ones that the caller owns or applied for."""
    ACTIVE = "active"
    """Those that are active."""


@dataclass(frozen=True)
class Selection:
    """What a list leaves in; empty and None: no matter.

    ``is_waiting``: only those of which an application waits for a decision.
    """

    mode: Mode = Mode.DEFAULT
    states: Sequence[str] = ()
    owners: Sequence[str] = ()
    names: Sequence[str] = ()
    domain_id: str | None = None
    is_personal: bool | None = None
    is_waiting: bool = False


ALL = Selection()


def show(context: RequestContext, project_id: str) -> Life:
    """Return a project that the caller may know of.

    Raises:
        NotFound: There is none.
    """
    with context.reading() as session:
        row = session.get(LifeRow, project_id)
        if row is None or not is_visible(context, session, row):
            raise NotFound("project", project_id)
        return whole(session, [row])[0]


def index(
    context: RequestContext, selection: Selection = ALL, page: Page = WHOLE
) -> Sequence[Life]:
    """Return a page of the projects that the caller may know of, by id."""
    with context.reading() as session:
        query = select(LifeRow).where(*_wanted(context, session, selection))
        marker = None if page.marker is None else (page.marker,)
        rows = session.scalars(cut(query, [(LifeRow.id, False)], limit=page.limit, marker=marker))
        return whole(session, rows.all())


def _wanted(
    context: RequestContext, session: Session, selection: Selection
) -> list[ColumnElement[bool]]:
    joined = _joined(context, session)
    related = or_(joined, _owned(context))
    conditions: list[ColumnElement[bool]] = []
    if selection.mode is Mode.MEMBER:
        conditions.append(joined)
    elif selection.mode is Mode.RELATED:
        conditions.append(related)
    elif not context.is_admin:
        is_open = (LifeRow.state == ProjectState.ACTIVE) & LifeRow.is_private.is_(False)
        conditions.append(or_(is_open, related))
    if selection.mode is Mode.ACTIVE:
        conditions.append(LifeRow.state == ProjectState.ACTIVE)
    for column, values in (
        (LifeRow.state, selection.states),
        (LifeRow.owner_id, selection.owners),
        (LifeRow.name, selection.names),
    ):
        if values:
            conditions.append(column.in_(values))
    return [*conditions, *_of_kind(selection)]


def _of_kind(selection: Selection) -> Iterator[ColumnElement[bool]]:
    if selection.states and ProjectState.DELETED not in selection.states:
        # What the identity API deleted a moment ago is not marked yet.
        is_there = LifeRow.id.in_(select(ProjectRow.id))
        yield or_(LifeRow.state == ProjectState.UNINITIALIZED, is_there)
    if selection.domain_id is not None:
        yield LifeRow.domain_id == selection.domain_id
    if selection.is_personal is not None:
        yield LifeRow.is_personal.is_(selection.is_personal)
    if selection.is_waiting:
        waiting = ApplicationRow.state == ApplicationState.PENDING
        yield LifeRow.application_id.in_(select(ApplicationRow.id).where(waiting))


def _joined(context: RequestContext, session: Session) -> ColumnElement[bool]:
    """Return the condition that the caller is a member, or was given a role."""
    given = assignments.targets(session, context.user_id, ScopeKind.PROJECT)
    member = select(MemberRow.project_id).where(
        MemberRow.user_id == context.user_id, MemberRow.state.in_(COUNTED)
    )
    return or_(LifeRow.id.in_(given), LifeRow.id.in_(member))


def _owned(context: RequestContext) -> ColumnElement[bool]:
    applied = select(ApplicationRow.project_id).where(
        ApplicationRow.applicant_id == context.user_id
    )
    return or_(LifeRow.owner_id == context.user_id, LifeRow.id.in_(applied))


def is_visible(context: RequestContext, session: Session, life: LifeRow) -> bool:
    """Return whether the caller may know of a project (AST-085)."""
    if context.is_admin or life.owner_id == context.user_id:
        return True
    if life.state == ProjectState.ACTIVE and not life.is_private:
        return True
    came_near = select(MemberRow.id).where(
        MemberRow.project_id == life.id, MemberRow.user_id == context.user_id
    )
    if session.scalar(came_near) is not None:
        return True
    related = or_(_joined(context, session), _owned(context))
    query = select(LifeRow.id).where(LifeRow.id == life.id, related)
    return session.scalar(query) is not None


def is_run_by(context: RequestContext, life: LifeRow) -> bool:
    """Return whether the caller decides about a project: its owner, or an administrator."""
    return context.is_admin or (bool(life.owner_id) and life.owner_id == context.user_id)


def require_run_by(context: RequestContext, life: LifeRow) -> None:
    """Refuse a caller who does not decide about a project.

    Raises:
        Forbidden: The caller is neither the owner nor an administrator.
    """
    if not is_run_by(context, life):
        raise Forbidden("only the owner of the project may do this")


def locked(context: RequestContext, session: Session, project_id: str) -> LifeRow:
    """Return the row of a project that the caller may know of; nobody changes it meanwhile.

    Whoever changes a project, its applications or its members holds this lock first.

    Raises:
        NotFound: There is none.
    """
    row = session.get(LifeRow, project_id, with_for_update=True)
    if row is None or not is_visible(context, session, row):
        raise NotFound("project", project_id)
    return row


def whole(session: Session, rows: Sequence[LifeRow]) -> list[Life]:
    """Return the values of rows, with their limits and last applications."""
    granted = limits.of_many(session, [row.id for row in rows])
    numbers = [row.application_id for row in rows if row.application_id is not None]
    found = by_id(session, ApplicationRow.id, numbers, ApplicationRow)
    last = {row.id: row for (row,) in found}
    return [
        Life.of(row, granted.get(row.id, {}), last.get(row.application_id or 0)) for row in rows
    ]


@dataclass(frozen=True)
class Change:
    """A change of state to be written down; ``number`` is 0 for the project itself."""

    noun: str
    action: str
    before: str
    after: str
    reason: str = ""
    number: int = 0


def note(context: RequestContext, session: Session, project_id: str, change: Change) -> None:
    """Write a change of state into the log (AST-088), and tell of it whoever listens."""
    told = {
        "noun": change.noun,
        "number": change.number,
        "action": change.action,
        "before": change.before,
        "after": change.after,
        "actor_id": context.user_id,
    }
    outbox.emit(context, session, CHANGED, subject_id=project_id, payload=told)
    session.add(
        LifeLogRow(
            project_id=project_id,
            noun=change.noun,
            number=change.number,
            at=context.now(),
            actor_id=context.user_id,
            action=change.action,
            before=change.before,
            after=change.after,
            reason=change.reason,
        )
    )


def history(context: RequestContext, project_id: str) -> Sequence[Entry]:
    """Return the log of a project, oldest first.

    Raises:
        NotFound: There is none that the caller may know of.
        Forbidden: The caller is neither the owner nor an administrator.
    """
    query = select(LifeLogRow).where(LifeLogRow.project_id == project_id).order_by(LifeLogRow.id)
    with context.reading() as session:
        row = session.get(LifeRow, project_id)
        if row is None or not is_visible(context, session, row):
            raise NotFound("project", project_id)
        require_run_by(context, row)
        return [Entry.of(entry) for entry in session.scalars(query)]
