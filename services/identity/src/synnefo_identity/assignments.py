# SPDX-License-Identifier: Apache-2.0
"""Who has which role on what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_identity import changes
from synnefo_identity.changes import Change, Kind
from synnefo_identity.ladder import Roles
from synnefo_identity.listing import by_id
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
    """A role of an actor on a target; ``group_id`` says by which group a user has it."""

    actor: Actor
    target: Scope
    role_id: str
    group_id: str | None = None
    prior_role_id: str | None = None


@dataclass(frozen=True)
class Question:
    """Which assignments are asked for; None: no matter.

    Attributes:
        actor: Of this user or group.
        role_id: Of this role.
        target: On this.
        is_effective: With groups resolved to their users and implied roles said.
    """

    actor: Actor | None = None
    role_id: str | None = None
    target: Scope | None = None
    is_effective: bool = False


def grant(context: RequestContext, actor: Actor, target: Scope, role_id: str) -> None:
    """Give an actor a role on a target; a second time changes nothing.

    Raises:
        NotFound: One of the three does not exist.
    """
    with context.unit_of_work() as session:
        _require(session, actor, target, role_id)
        add(context, session, actor, target, role_id)


def add(
    context: RequestContext, session: Session, actor: Actor, target: Scope, role_id: str
) -> None:
    """Give an actor a role; all three are known to exist."""
    if session.scalar(_same(actor, target, role_id)) is None:
        session.add(
            AssignmentRow(
                actor_kind=actor[0],
                actor_id=actor[1],
                target_kind=target.kind,
                target_id=target.id,
                role_id=role_id,
            )
        )
        changes.note(context, session, _change(actor))


def require(context: RequestContext, actor: Actor, target: Scope, role_id: str) -> None:
    """Refuse when an actor has not been given a role on a target itself.

    Raises:
        NotFound: It has not, or one of the three does not exist.
    """
    with context.reading() as session:
        _require(session, actor, target, role_id)
        if session.scalar(_same(actor, target, role_id)) is None:
            raise NotFound("role assignment", role_id)


def revoke(context: RequestContext, actor: Actor, target: Scope, role_id: str) -> None:
    """Take a role from an actor; tokens say so within a second.

    Raises:
        NotFound: The actor has not been given it, or one of the three does not exist.
    """
    with context.unit_of_work() as session:
        _require(session, actor, target, role_id)
        row = session.scalar(_same(actor, target, role_id))
        if row is None:
            raise NotFound("role assignment", role_id)
        session.delete(row)
        changes.note(context, session, _change(actor))


def granted(context: RequestContext, actor: Actor, target: Scope) -> Sequence[Role]:
    """Return the roles that an actor has been given on a target itself, by name."""
    query = (
        select(RoleRow)
        .join(AssignmentRow, AssignmentRow.role_id == RoleRow.id)
        .where(*_of(actor, target))
        .order_by(RoleRow.name)
    )
    with context.reading() as session:
        _require(session, actor, target)
        return [Role.of(row) for row in session.scalars(query)]


def index(context: RequestContext, question: Question) -> Sequence[Assignment]:
    """Return the assignments that a question asks for."""
    with context.reading() as session:
        if question.is_effective:
            return list(_effective(session, question))
        return [_value(row) for row in session.scalars(_query(session, question))]


def _query(session: Session, question: Question) -> Select[Any]:
    """Return the rows to look at; for effective ones those of the user's groups, too."""
    query = select(AssignmentRow).order_by(AssignmentRow.id)
    if question.target is not None:
        query = query.where(
            AssignmentRow.target_kind == question.target.kind,
            AssignmentRow.target_id == question.target.id,
        )
    if question.actor is not None:
        kind, actor_id = question.actor
        of_groups = question.is_effective and kind == USER
        groups = groups_of(session, actor_id) if of_groups else frozenset()
        condition = acts_as(actor_id, groups)
        if kind == GROUP:
            condition = (AssignmentRow.actor_kind == GROUP) & (AssignmentRow.actor_id == actor_id)
        query = query.where(condition)
    if question.role_id is not None and not question.is_effective:
        query = query.where(AssignmentRow.role_id == question.role_id)
    return query


def _effective(session: Session, question: Question) -> Iterator[Assignment]:
    """Yield what users have: by groups, and by roles that imply others."""
    roles = Roles(session)
    stored = [_value(row) for row in session.scalars(_query(session, question))]
    members = _members(session, {a.actor[1] for a in stored if a.actor[0] == GROUP})
    wanted = question.actor[1] if question.actor and question.actor[0] == USER else None
    found: dict[Assignment, None] = {}
    for assignment in stored:
        for each in _of_users(assignment, members):
            if wanted is not None and each.actor[1] != wanted:
                continue
            for role_id in roles.below(each.role_id):
                prior = each.role_id if role_id != each.role_id else None
                found[replace(each, role_id=role_id, prior_role_id=prior)] = None
    for each in found:
        if question.role_id in (None, each.role_id):
            yield each


def _of_users(assignment: Assignment, members: Mapping[str, Sequence[str]]) -> Iterator[Assignment]:
    kind, actor_id = assignment.actor
    if kind == USER:
        yield assignment
        return
    for user_id in members.get(actor_id, ()):
        yield replace(assignment, actor=(USER, user_id), group_id=actor_id)


def _members(session: Session, group_ids: Iterable[str]) -> Mapping[str, Sequence[str]]:
    columns = MembershipRow.group_id, MembershipRow.user_id
    found: dict[str, list[str]] = {}
    for row in by_id(session, MembershipRow.group_id, group_ids, *columns):
        found.setdefault(row.group_id, []).append(row.user_id)
    return found


def groups_of(session: Session, user_id: str) -> frozenset[str]:
    """Return the ids of the groups that a user is in."""
    query = select(MembershipRow.group_id).where(MembershipRow.user_id == user_id)
    return frozenset(session.scalars(query))


def targets(session: Session, user_id: str, kind: ScopeKind) -> frozenset[str]:
    """Return the ids of the projects or domains on which a user has a role."""
    query = select(AssignmentRow.target_id).where(
        AssignmentRow.target_kind == kind, acts_as(user_id, groups_of(session, user_id))
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
            AssignmentRow.target_kind == kind, AssignmentRow.target_id == target_id
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


def _of(actor: Actor, target: Scope) -> tuple[Any, ...]:
    return (
        AssignmentRow.actor_kind == actor[0],
        AssignmentRow.actor_id == actor[1],
        AssignmentRow.target_kind == target.kind,
        AssignmentRow.target_id == target.id,
    )


def _same(actor: Actor, target: Scope, role_id: str) -> Select[Any]:
    return select(AssignmentRow).where(*_of(actor, target), AssignmentRow.role_id == role_id)


def _value(row: AssignmentRow) -> Assignment:
    return Assignment(
        actor=(row.actor_kind, row.actor_id),
        target=Scope(ScopeKind(row.target_kind), row.target_id),
        role_id=row.role_id,
    )


def _change(actor: Actor) -> Change:
    return Change(Kind.USER, actor[1]) if actor[0] == USER else changes.EVERYTHING
