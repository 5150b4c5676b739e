# SPDX-License-Identifier: Apache-2.0
"""Administrators: users who have the role ``admin`` on the system."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict
from synnefo_identity import assignments, changes, ladder
from synnefo_identity.accounts import people
from synnefo_identity.changes import Change, Kind
from synnefo_identity.models import AssignmentRow, MembershipRow, RoleRow, UserRow
from synnefo_identity.payload import SYSTEM
from synnefo_identity.standing import GROUP, USER


def appoint(context: RequestContext, user_id: str) -> None:
    """Make a user an administrator; a second time changes nothing.

    Raises:
        NotFound: There is no such user.
    """
    with context.unit_of_work() as session:
        people.find(session, user_id)
        assignments.add(context, session, (USER, user_id), SYSTEM, _role(session))


def dismiss(context: RequestContext, user_id: str) -> None:
    """Take from a user all that makes an administrator.

    Raises:
        NotFound: There is no such user.
        Conflict: The user is one by a group, or nobody else who gets in is one.
    """
    with context.unit_of_work() as session:
        people.find(session, user_id, is_locked=True)
        is_admin = AssignmentRow.role_id == _role(session)
        groups = session.scalars(
            select(MembershipRow.group_id)
            .join(AssignmentRow, AssignmentRow.actor_id == MembershipRow.group_id)
            .where(MembershipRow.user_id == user_id, AssignmentRow.actor_kind == GROUP, is_admin)
        ).all()
        if groups:
            msg = f"the user is an administrator by the group {groups[0]}"
            raise Conflict(msg)
        own = (AssignmentRow.actor_kind == USER, AssignmentRow.actor_id == user_id, is_admin)
        others = (
            select(UserRow.id)
            .join(AssignmentRow, AssignmentRow.actor_id == UserRow.id)
            .where(AssignmentRow.actor_kind == USER, is_admin, UserRow.is_enabled)
            .where(UserRow.id != user_id)
        )
        if session.scalars(others.limit(1)).first() is None:
            msg = "nobody else is an administrator"
            raise Conflict(msg)
        session.execute(delete(AssignmentRow).where(*own))
        changes.note(context, session, Change(Kind.USER, user_id))


def _role(session: Session) -> str:
    return session.scalars(select(RoleRow.id).where(RoleRow.name == ladder.ADMIN)).one()
