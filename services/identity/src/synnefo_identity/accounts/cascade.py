# SPDX-License-Identifier: Apache-2.0
"""The cascade: what belongs to a user who is shut out rests, and goes on when the user is let in.

Only what rests for this reason goes on: what somebody suspended before, or again since, stays so.
Events come in no promised order, so each makes true what the user is now.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidState, NotFound
from synnefo_core.outbox import Event
from synnefo_identity import project_life
from synnefo_identity.life_models import LifeLogRow, LifeRow, MemberRow
from synnefo_identity.models import UserRow
from synnefo_identity.project_life import MemberState, ProjectState

log = logging.getLogger(__name__)

REASON = "the user was deactivated"
"""What the log of projects and memberships says."""

_IN_USE = (MemberState.ACCEPTED, MemberState.LEAVE_REQUESTED)


def follow(context: RequestContext, event: Event) -> None:
    """Suspend a user's projects and memberships, or unsuspend them, as the user is now."""
    user_id = event.subject_id
    done = None
    # Again if it was decided otherwise meanwhile: another worker may have been too early.
    while (is_enabled := _is_enabled(context, user_id)) is not None and is_enabled is not done:
        _make_true(context, user_id, is_enabled=is_enabled)
        done = is_enabled


def _is_enabled(context: RequestContext, user_id: str) -> bool | None:
    with context.reading() as session:
        return session.scalar(select(UserRow.is_enabled).where(UserRow.id == user_id))


def _make_true(context: RequestContext, user_id: str, *, is_enabled: bool) -> None:
    action = "unsuspend" if is_enabled else "suspend"
    with context.reading() as session:
        projects, members = (_resting if is_enabled else _going)(session, user_id)
    act: Callable[..., object] = project_life.act
    act_on: Callable[..., object] = project_life.act_on_member
    calls = [partial(act, context, each, action, reason=REASON) for each in projects]
    calls += [partial(act_on, context, each, action, reason=REASON) for each in members]
    for call in calls:
        # Somebody else may have decided meanwhile.
        with suppress(InvalidState, NotFound):
            call()
    log.info("projects followed", extra={"user": user_id, "action": action, "number": len(calls)})


def _going(session: Session, user_id: str) -> tuple[list[str], list[int]]:
    """Return the ids of a user's projects and memberships that are in use."""
    projects = _projects(session, user_id, ProjectState.ACTIVE)
    members = select(MemberRow.id).where(MemberRow.user_id == user_id, MemberRow.state.in_(_IN_USE))
    return projects, list(session.scalars(members.order_by(MemberRow.id)))


def _resting(session: Session, user_id: str) -> tuple[list[str], list[int]]:
    """Return the ids of those that rest for our reason."""
    projects = [
        each
        for each in _projects(session, user_id, ProjectState.SUSPENDED)
        if _last_reason(session, each, "project", 0) == REASON
    ]
    rows = session.execute(
        select(MemberRow.id, MemberRow.project_id)
        .where(MemberRow.user_id == user_id, MemberRow.state == MemberState.SUSPENDED)
        .order_by(MemberRow.id)
    ).all()
    members = [
        row.id
        for row in rows
        if _last_reason(session, row.project_id, "membership", row.id) == REASON
    ]
    return projects, members


def _projects(session: Session, user_id: str, state: ProjectState) -> list[str]:
    is_theirs = or_(LifeRow.owner_id == user_id, LifeRow.id == user_id)
    query = select(LifeRow.id).where(is_theirs, LifeRow.state == state)
    return list(session.scalars(query.order_by(LifeRow.id)))


def _last_reason(session: Session, project_id: str, noun: str, number: int) -> str | None:
    """Return why something was suspended last."""
    query = select(LifeLogRow.reason).where(
        LifeLogRow.project_id == project_id,
        LifeLogRow.noun == noun,
        LifeLogRow.number == number,
        LifeLogRow.action == "suspend",
    )
    return session.scalar(query.order_by(LifeLogRow.id.desc()).limit(1))
