# SPDX-License-Identifier: Apache-2.0
"""What was done to a project or a user by the Keystone API, done to the project's life."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.outbox import Event, Subscription
from synnefo_identity.life_models import ApplicationRow, LifeRow, MemberRow
from synnefo_identity.models import ProjectRow, UserRow
from synnefo_identity.project_life import applications, limits, lives, mirror, notices
from synnefo_identity.project_life.states import (
    COUNTED,
    PROJECT,
    USING,
    ApplicationState,
    MemberState,
    ProjectState,
)

_ACTIONS = {
    (ProjectState.ACTIVE, False): "suspend",
    (ProjectState.SUSPENDED, True): "unsuspend",
}
"""By the state and whether the project is enabled."""


def follow_change(context: RequestContext, event: Event) -> None:
    """Take over a new name, description and whether the project is enabled."""
    with context.unit_of_work() as session:
        life = session.get(LifeRow, event.subject_id, with_for_update=True)
        project = session.get(ProjectRow, event.subject_id)
        if life is None or project is None or life.state == ProjectState.TERMINATED:
            return
        life.name, life.description = project.name, project.description
        action = _ACTIONS.get((ProjectState(life.state), project.is_enabled))
        if action is not None:
            _move(context, session, life, action)


def follow_deletion(context: RequestContext, event: Event) -> None:
    """End the life of a project that was deleted."""
    with context.unit_of_work() as session:
        life = session.get(LifeRow, event.subject_id, with_for_update=True)
        if life is None or life.state == ProjectState.DELETED:
            return
        applications.forget(context, session, life, "the project is gone")
        query = select(MemberRow).where(MemberRow.project_id == life.id, _is_near())
        for row in session.scalars(query).all():
            _remove(context, session, life, row, "the project is gone")
        _move(context, session, life, "delete")
        mirror.leave_default(session, life.id)


def _move(context: RequestContext, session: Session, life: LifeRow, action: str) -> None:
    before = life.state
    life.state = PROJECT.after(before, action)
    reason = "by the identity API"
    lives.note(
        context, session, life.id, lives.Change("project", action, before, life.state, reason)
    )
    notices.tell(context, session, life, ("project", action), reason=reason)
    limits.push(context, session, life)


def forget_user(context: RequestContext, event: Event) -> None:
    """Let a user who was deleted be in no project, own none and wait for nothing."""
    user_id = event.subject_id
    related = select(MemberRow).where(MemberRow.user_id == user_id, _is_near())
    waiting = (
        ApplicationRow.applicant_id == user_id,
        ApplicationRow.state == ApplicationState.PENDING,
    )
    with context.unit_of_work() as session:
        if session.get(UserRow, user_id) is not None:
            return
        pending = select(ApplicationRow.project_id, ApplicationRow.id).where(*waiting)
        for project_id, number in session.execute(pending).all():
            applications.resolve(context, project_id, "cancel", application_id=number)
        for row in session.scalars(related.order_by(MemberRow.project_id)).all():
            life = session.get_one(LifeRow, row.project_id, with_for_update=True)
            session.refresh(row)
            _remove(context, session, life, row, "the user is gone")
        owned = update(LifeRow).where(LifeRow.owner_id == user_id).values(owner_id=None)
        session.execute(owned)


def follow_role(context: RequestContext, event: Event) -> None:
    """Let a member from whom the role was taken be none."""
    user_id, project_id = event.payload["user_id"], event.subject_id
    query = select(MemberRow).where(
        MemberRow.project_id == project_id, MemberRow.user_id == user_id, MemberRow.state.in_(USING)
    )
    with context.unit_of_work() as session:
        life = session.get(LifeRow, project_id, with_for_update=True)
        row = session.scalars(query).first()
        if life is not None and row is not None and not mirror.has_role(session, row):
            _remove(context, session, life, row, "the role was taken by the identity API")


def _is_near() -> ColumnElement[bool]:
    return MemberRow.state.in_([*COUNTED, MemberState.REQUESTED])


def _remove(
    context: RequestContext, session: Session, life: LifeRow, row: MemberRow, reason: str
) -> None:
    removed = MemberState.REMOVED
    change = lives.Change("membership", "remove", row.state, removed, reason, row.id)
    row.state, row.changed_at = removed, context.now()
    lives.note(context, session, life.id, change)
    told = ("membership", "remove")
    notices.tell(context, session, life, told, person_id=row.user_id, reason=reason)
    limits.push(context, session, life, [row])
    mirror.leave_default(session, life.id, [row.user_id])


SUBSCRIPTIONS = (
    Subscription("project.changed", "identity.project_life", follow_change),
    Subscription("project.deleted", "identity.project_life", follow_deletion),
    Subscription("role.taken", "identity.project_life", follow_role),
    Subscription("user.deleted", "identity.project_life", forget_user),
)
