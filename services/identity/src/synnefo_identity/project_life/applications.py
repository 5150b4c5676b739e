# SPDX-License-Identifier: Apache-2.0
"""Applications: somebody asks for a project or a change of one, an administrator decides.

The number of a user's pending ones is a quota, ``astakos.pending_app`` of the personal project
(AST-083).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import UNLIMITED, Charge, QuotaResource, Thing, Usage
from synnefo_core.errors import (
    Conflict,
    Forbidden,
    InvalidField,
    InvalidState,
    NotFound,
    QuotaExceeded,
)
from synnefo_identity.domains import DEFAULT
from synnefo_identity.life_models import ApplicationRow, LifeRow
from synnefo_identity.models import UserRow
from synnefo_identity.project_life import limits, lives, mirror, notices, wishes
from synnefo_identity.project_life.states import (
    APPLICATION,
    PROJECT,
    ApplicationState,
    JoinPolicy,
    ProjectState,
)
from synnefo_identity.project_life.values import Application, Wish

PENDING = QuotaResource(
    "astakos.pending_app",
    "Pending project applications",
    user_default=2,
    project_default=UNLIMITED,
    is_shown=False,
)


class TooManyPending(Conflict):
    """The applicant has as many pending applications as anybody may have."""

    code = "too_many_pending"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("too many of your applications are pending: wait for them or cancel one")


def apply(context: RequestContext, wish: Wish) -> Application:
    """Ask for a new project; there is none until it is approved.

    Raises:
        InvalidField: Something that is asked for can't be, or the name or the end is missing.
        Forbidden: The caller is nobody, or asks for a project of somebody else.
        TooManyPending: The caller has asked for enough.
    """
    for field, value in (("name", wish.name), ("end_date", wish.ends_at)):
        if value is None:
            raise InvalidField(field, "must be said of a new project")
    try:
        with context.unit_of_work() as session:
            wishes.check(context, session, wish)
            applicant = session.get(UserRow, context.user_id)
            life = LifeRow(
                domain_id=applicant.domain_id if applicant else DEFAULT,
                name=wish.name,
                owner_id=wish.owner_id or context.user_id or None,
                homepage=wish.homepage or "",
                description=wish.description or "",
                state=ProjectState.UNINITIALIZED,
                join_policy=wish.join_policy or JoinPolicy.MODERATED,
                leave_policy=wish.leave_policy or JoinPolicy.AUTO,
                created_at=context.now(),
                ends_at=wish.ends_at,
            )
            session.add(life)
            session.flush()
            return _submit(context, session, life, wish)
    except QuotaExceeded as cause:
        raise TooManyPending from cause


def modify(context: RequestContext, project_id: str, wish: Wish) -> Application:
    """Ask for a change of a project; an older application that is pending is replaced.

    Raises:
        NotFound: There is no project that the caller may know of.
        Forbidden: The caller is neither its owner nor an administrator.
        InvalidState: The project is deleted.
        InvalidField: Something that is asked for can't be.
        TooManyPending: The caller has asked for enough.
    """
    try:
        with context.unit_of_work() as session:
            life = lives.locked(context, session, project_id)
            _require_related(context, session, life)
            if life.state == ProjectState.DELETED:
                raise InvalidState("project", life.state, "change")
            if life.is_personal:
                raise Conflict(
                    "a personal project is changed by administrators, without applications"
                )
            wishes.check(context, session, wish)
            last = _last(session, life)
            if last is not None and last.state == ApplicationState.PENDING:
                _move(context, session, life, last, action="replace")
            return _submit(context, session, life, wish)
    except QuotaExceeded as cause:
        raise TooManyPending from cause


def _require_related(context: RequestContext, session: Session, life: LifeRow) -> None:
    """Let the applicant of a project that never was change it as its owner may."""
    last = _last(session, life)
    if life.state == ProjectState.UNINITIALIZED and last and last.applicant_id == context.user_id:
        return
    lives.require_run_by(context, life)


def _last(session: Session, life: LifeRow) -> ApplicationRow | None:
    return session.get(ApplicationRow, life.application_id) if life.application_id else None


def _submit(context: RequestContext, session: Session, life: LifeRow, wish: Wish) -> Application:
    row = ApplicationRow(
        project_id=life.id,
        applicant_id=context.user_id,
        state=ApplicationState.PENDING,
        wish=wish.stored(),
        comments=wish.comments,
        issued_at=context.now(),
        is_charged=not context.is_admin,
    )
    session.add(row)
    session.flush()
    life.application_id = row.id
    _charge(context, row, 1)
    is_new = life.state == ProjectState.UNINITIALIZED
    notices.tell(
        context, session, life, ("application", "submit"), person_id=context.user_id, is_new=is_new
    )
    return Application.of(row)


def _charge(context: RequestContext, row: ApplicationRow, amount: int) -> None:
    """Take a place among the applicant's pending applications, or give it back."""
    if row.is_charged:
        owner = row.applicant_id
        synnefo_quota.charge(context, [Charge(owner, owner, PENDING.name, amount)])


def resolve(
    context: RequestContext,
    project_id: str,
    action: str,
    *,
    application_id: int | None = None,
    reason: str = "",
) -> Application:
    """Approve, deny, cancel or dismiss an application (the last one, if none is named).

    Raises:
        NotFound: There is none of it that the caller may know of.
        Forbidden: The caller may not do this.
        InvalidState: It, or the project, is in another state; somebody may have been quicker.
        Duplicate: The name is taken by a project that is alive.
    """
    with context.unit_of_work() as session:
        life = lives.locked(context, session, project_id)
        number = life.application_id if application_id is None else application_id
        row = None if number is None else session.get(ApplicationRow, number)
        if row is None or row.project_id != life.id:
            raise NotFound("application", "" if number is None else str(number))
        _require_may(context, life, row, action)
        is_new = life.state == ProjectState.UNINITIALIZED
        _move(context, session, life, row, action=action, reason=reason)
        if action == "approve":
            _grant(context, session, life, row)
        elif action in ("cancel", "dismiss") and is_new:
            change_state(context, session, life, "discard", reason)
        notices.tell(
            context,
            session,
            life,
            ("application", action),
            person_id=row.applicant_id,
            reason=reason,
            is_new=is_new,
        )
        return Application.of(row)


def _require_may(context: RequestContext, life: LifeRow, row: ApplicationRow, action: str) -> None:
    if context.is_admin:
        return
    if action in ("approve", "deny"):
        raise Forbidden("only an administrator decides about applications")
    if context.user_id != row.applicant_id:
        lives.require_run_by(context, life)


def _move(
    context: RequestContext,
    session: Session,
    life: LifeRow,
    row: ApplicationRow,
    *,
    action: str,
    reason: str = "",
) -> None:
    before = row.state
    row.state = APPLICATION.after(before, action)
    row.resolved_at, row.reason = context.now(), reason
    change = lives.Change("application", action, before, row.state, reason, row.id)
    lives.note(context, session, life.id, change)
    if before == ApplicationState.PENDING:
        _charge(context, row, -1)
        row.is_charged = False


def _grant(context: RequestContext, session: Session, life: LifeRow, row: ApplicationRow) -> None:
    if life.state in (ProjectState.TERMINATED, ProjectState.DELETED):
        raise InvalidState("project", life.state, "change")
    wishes.grant(session, life, Wish.of(row))
    session.flush()
    if life.state == ProjectState.UNINITIALIZED:
        life.created_at = context.now()
        limits.fill(context, session, life.id)
        change_state(context, session, life, "approve", row.reason)
        return
    mirror.follow(context, life)
    limits.push(context, session, life)


def change_state(
    context: RequestContext, session: Session, life: LifeRow, action: str, reason: str
) -> None:
    """Do to a locked project what the table of its states allows, with all that follows."""
    before = life.state
    life.state = PROJECT.after(before, action)
    lives.note(
        context, session, life.id, lives.Change("project", action, before, life.state, reason)
    )
    if action == "approve":
        mirror.begin(session, life)
    elif life.state != ProjectState.DELETED:
        mirror.follow(context, life)
    if life.state != ProjectState.DELETED:
        limits.push(context, session, life)
    if life.state in (ProjectState.TERMINATED, ProjectState.DELETED):
        mirror.leave_default(session, life.id)


def forget(context: RequestContext, session: Session, life: LifeRow, reason: str) -> None:
    """Cancel what is still asked for of a locked project that is gone."""
    last = _last(session, life)
    if last is not None and last.state == ApplicationState.PENDING:
        _move(context, session, life, last, action="cancel", reason=reason)


def index(context: RequestContext, state: str = ApplicationState.PENDING) -> Sequence[Application]:
    """Return the applications in a state, oldest first.

    Raises:
        Forbidden: The caller is no administrator.
    """
    if not context.is_admin:
        raise Forbidden
    query = select(ApplicationRow).where(ApplicationRow.state == state)
    with context.reading() as session:
        return [Application.of(row) for row in session.scalars(query.order_by(ApplicationRow.id))]


def usage(context: RequestContext) -> Iterable[Usage]:
    """Count the pending applications that are charged."""
    query = (
        select(ApplicationRow.applicant_id, func.count())
        .where(ApplicationRow.state == ApplicationState.PENDING, ApplicationRow.is_charged)
        .group_by(ApplicationRow.applicant_id)
    )
    with context.reading() as session:
        for user_id, count in session.execute(query):
            yield Usage(user_id, user_id, PENDING.name, count)


def things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """Yield the pending applications that are charged to the applicant of a personal project."""
    if resource != PENDING.name:
        return
    query = select(ApplicationRow, LifeRow.name).where(
        LifeRow.id == ApplicationRow.project_id,
        ApplicationRow.applicant_id == project_id,
        ApplicationRow.state == ApplicationState.PENDING,
        ApplicationRow.is_charged,
    )
    with context.reading() as session:
        for row, name in session.execute(query):
            yield Thing(project_id, row.applicant_id, resource, 1, "application", str(row.id), name)
