# SPDX-License-Identifier: Apache-2.0
"""The Keystone side of a project: the project of the same id, its members' role.

A suspended project is a disabled one; a terminated one is disabled and has given its name free.
A member who uses the project has the role ``member`` on it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_identity import assignments, attributes, ladder, projects
from synnefo_identity.assignments import Actor
from synnefo_identity.life_models import LifeRow, MemberRow
from synnefo_identity.models import ProjectRow, RoleRow, UserRow
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.project_life.states import USING, ProjectState
from synnefo_identity.standing import USER

TERMINATED = "terminated:"
"""What the names of terminated projects begin with: nobody can apply for such a name."""


def begin(session: Session, life: LifeRow) -> None:
    """Make the project of a life that begins.

    Raises:
        Duplicate: The name is taken by another project that is alive.
    """
    row = ProjectRow(
        id=life.id,
        domain_id=life.domain_id,
        name=life.name,
        description=life.description,
        extra={},
    )
    attributes.save(session, row, "project")


def follow(context: RequestContext, life: LifeRow) -> None:
    """Make the project what its life says.

    Raises:
        Duplicate: The name is taken by another project that is alive.
        NotFound: The project was deleted a moment ago.
    """
    is_over = life.state == ProjectState.TERMINATED
    values = {
        "name": f"{TERMINATED}{life.id}" if is_over else life.name,
        "description": life.description,
        "is_enabled": life.state == ProjectState.ACTIVE,
    }
    projects.update(context, life.id, values)


def follow_member(context: RequestContext, session: Session, member: MemberRow) -> None:
    """Give the role to who uses a project, take it from who doesn't (any more)."""
    actor, target, role_id = _assignment(session, member)
    if member.state in USING:
        assignments.add(context, session, actor, target, role_id)
        return
    try:
        assignments.revoke(context, actor, target, role_id)
    except NotFound:
        return  # an administrator has taken it already


def has_role(session: Session, member: MemberRow) -> bool:
    """Return whether somebody has the role of a member."""
    return assignments.is_given(session, *_assignment(session, member))


def _assignment(session: Session, member: MemberRow) -> tuple[Actor, Scope, str]:
    role_id = session.scalars(select(RoleRow.id).where(RoleRow.name == ladder.MEMBER)).one()
    return (USER, member.user_id), Scope(ScopeKind.PROJECT, member.project_id), role_id


def leave_default(session: Session, project_id: str, user_ids: Iterable[str] | None = None) -> None:
    """Have users for whom a project is the default one fall back to their personal project.

    Args:
        session: The unit of work.
        project_id: Which project it is no longer.
        user_ids: Whose; None: everybody's (AST-093).
    """
    statement = update(UserRow).where(UserRow.default_project_id == project_id)
    if user_ids is not None:
        statement = statement.where(UserRow.id.in_(list(user_ids)))
    session.execute(statement.values(default_project_id=UserRow.id))
