# SPDX-License-Identifier: Apache-2.0
"""Who has which role on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, select
from sqlalchemy.orm import Session

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_identity import changes, reach
from synnefo_identity.changes import Change, Kind
from synnefo_identity.models import (
    AssignmentRow,
    DomainRow,
    GroupRow,
    MembershipRow,
    ProjectRow,
    RoleRow,
    UserRow,
)
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.standing import GROUP, USER, acts_as
from synnefo_identity.values import Role

Actor = tuple[str, str]
"""A kind (``user``, ``group``) and an id."""

_MODELS: Mapping[str, Any] = {
    USER: UserRow,
    GROUP: GroupRow,
    ScopeKind.PROJECT: ProjectRow,
    ScopeKind.DOMAIN: DomainRow,
}


@dataclass(frozen=True)
class Assignment:
    """A role of an actor on a target.

    Attributes:
        actor: Who has it.
        target: On what.
        role_id: The role.
        is_inherited: Whether it is for the projects below the target instead.
        group_id: By which group a user has it, if by one.
        prior_role_id: Which role implies it, if one does.
        origin: From above a project it is inherited, if it is.
    """

    actor: Actor
    target: Scope
    role_id: str
    is_inherited: bool = False
    group_id: str | None = None
    prior_role_id: str | None = None
    origin: Scope | None = None


@dataclass(frozen=True)
class Question:
    """Which assignments are asked for; None: no matter.

    Attributes:
        actor: Of this user or group.
        role_id: Of this role.
        target: On this.
        is_effective: With groups resolved to their users, inherited roles to the projects
            where they count, and implied roles said.
        has_subtree: On the projects below the target, too.
        is_inherited: Inherited ones, or others.
    """

    actor: Actor | None = None
    role_id: str | None = None
    target: Scope | None = None
    is_effective: bool = False
    has_subtree: bool = False
    is_inherited: bool | None = None


def grant(
    context: RequestContext,
    actor: Actor,
    target: Scope,
    role_id: str,
    *,
    is_inherited: bool = False,
) -> None:
    """Give an actor a role on a target or below it; a second time changes nothing.

    Raises:
        NotFound: One of the three does not exist.
    """
    with context.unit_of_work() as session:
        _require(session, actor, target, role_id)
        add(context, session, actor, target, role_id, is_inherited=is_inherited)


def add(
    context: RequestContext,
    session: Session,
    actor: Actor,
    target: Scope,
    role_id: str,
    *,
    is_inherited: bool = False,
) -> None:
    """Give an actor a role; all three are known to exist."""
    if session.scalar(_same(actor, target, role_id, is_inherited)) is None:
        session.add(
            AssignmentRow(
                actor_kind=actor[0],
                actor_id=actor[1],
                target_kind=reach.stored_kind(target, is_inherited=is_inherited),
                target_id=target.id,
                role_id=role_id,
            )
        )
        changes.note(context, session, _change(actor))


def require(
    context: RequestContext,
    actor: Actor,
    target: Scope,
    role_id: str,
    *,
    is_inherited: bool = False,
) -> None:
    """Refuse when an actor has not been given a role on a target, or below it, itself.

    Raises:
        NotFound: It has not, or one of the three does not exist.
    """
    with context.reading() as session:
        _require(session, actor, target, role_id)
        if session.scalar(_same(actor, target, role_id, is_inherited)) is None:
            raise NotFound("role assignment", role_id)


def revoke(
    context: RequestContext,
    actor: Actor,
    target: Scope,
    role_id: str,
    *,
    is_inherited: bool = False,
) -> None:
    """Take a role from an actor; tokens say so within a second.

    Raises:
        NotFound: The actor has not been given it, or one of the three does not exist.
    """
    with context.unit_of_work() as session:
        _require(session, actor, target, role_id)
        row = session.scalar(_same(actor, target, role_id, is_inherited))
        if row is None:
            raise NotFound("role assignment", role_id)
        session.delete(row)
        changes.note(context, session, _change(actor))
        if actor[0] == USER and target.kind is ScopeKind.PROJECT:
            told = {"user_id": actor[1], "role_id": role_id}
            outbox.emit(context, session, "role.taken", subject_id=target.id, payload=told)


def is_given(session: Session, actor: Actor, target: Scope, role_id: str) -> bool:
    """Return whether an actor has been given a role on a target itself."""
    return session.scalar(_same(actor, target, role_id, is_inherited=False)) is not None


def granted(
    context: RequestContext, actor: Actor, target: Scope, *, is_inherited: bool = False
) -> Sequence[Role]:
    """Return the roles that an actor has been given on a target, or below it, by name."""
    query = (
        select(RoleRow)
        .join(AssignmentRow, AssignmentRow.role_id == RoleRow.id)
        .where(is_of(actor), reach.at(target, is_inherited=is_inherited))
        .order_by(RoleRow.name)
    )
    with context.reading() as session:
        _require(session, actor, target)
        return [Role.of(row) for row in session.scalars(query)]


def is_of(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an assignment is an actor's own."""
    return and_(AssignmentRow.actor_kind == actor[0], AssignmentRow.actor_id == actor[1])


def as_user(session: Session, user_id: str) -> ColumnElement[bool]:
    """Return the condition that an assignment is a user's, directly or by a group."""
    query = select(MembershipRow.group_id).where(MembershipRow.user_id == user_id)
    return acts_as(user_id, frozenset(session.scalars(query)))


def targets(session: Session, user_id: str, kind: ScopeKind) -> frozenset[str]:
    """Return the ids of the domains on which a user has a role, or of the system."""
    query = select(AssignmentRow.target_id).where(
        AssignmentRow.target_kind == kind, as_user(session, user_id)
    )
    return frozenset(session.scalars(query))


def is_on_system(context: RequestContext, user_id: str) -> bool:
    """Return whether a user has a role on the system."""
    with context.reading() as session:
        return bool(targets(session, user_id, ScopeKind.SYSTEM))


def forget_target(session: Session, kind: ScopeKind, target_id: str) -> None:
    """Delete all assignments on a target that goes."""
    session.execute(
        delete(AssignmentRow).where(
            AssignmentRow.target_kind.in_([kind, reach.BELOW[kind]]),
            AssignmentRow.target_id == target_id,
        )
    )


def forget_actor(session: Session, kind: str, actor_id: str) -> None:
    """Delete all assignments of an actor that goes."""
    session.execute(
        delete(AssignmentRow).where(
            AssignmentRow.actor_kind == kind, AssignmentRow.actor_id == actor_id
        )
    )


def _require(session: Session, actor: Actor, target: Scope, role_id: str | None = None) -> None:
    """Refuse what names something that does not exist."""
    kind, actor_id = actor
    if session.get(_MODELS[kind], actor_id) is None:
        raise NotFound(kind, actor_id)
    if target.kind in _MODELS and session.get(_MODELS[target.kind], target.id) is None:
        raise NotFound(target.kind, target.id)
    if role_id is not None and session.get(RoleRow, role_id) is None:
        raise NotFound("role", role_id)


def _same(actor: Actor, target: Scope, role_id: str, is_inherited: bool) -> Select[Any]:
    return select(AssignmentRow).where(
        is_of(actor), reach.at(target, is_inherited=is_inherited), AssignmentRow.role_id == role_id
    )


def value_of(row: AssignmentRow) -> Assignment:
    """Return a row's value."""
    target, is_inherited = reach.of_row(row)
    return Assignment(
        actor=(row.actor_kind, row.actor_id),
        target=target,
        role_id=row.role_id,
        is_inherited=is_inherited,
    )


def _change(actor: Actor) -> Change:
    return Change(Kind.USER, actor[1]) if actor[0] == USER else changes.EVERYTHING
