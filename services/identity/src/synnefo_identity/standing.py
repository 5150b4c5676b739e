# SPDX-License-Identifier: Apache-2.0
"""What a user is in a scope, as the database says now: the truth behind every token."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from synnefo_identity import reach, terms
from synnefo_identity.access_rules import KeptRule
from synnefo_identity.ladder import Roles
from synnefo_identity.models import (
    AssignmentRow,
    DomainRow,
    MembershipRow,
    ProjectRow,
    UserRow,
)
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.values import Domain, Project, Role, User

USER = "user"
GROUP = "group"


@dataclass(frozen=True)
class Credential:
    """The application credential that narrows a standing; ``rules`` None: for all requests."""

    id: str
    name: str
    is_unrestricted: bool
    expires_at: float | None
    rules: tuple[KeptRule, ...] | None


@dataclass(frozen=True)
class Standing:
    """A user in a scope.

    Attributes:
        user: An enabled user of an enabled domain.
        user_domain: The user's domain.
        epoch: Which of the user's tokens count.
        groups: Ids of the groups that the user is in.
        scope: In what.
        project: The scope's project, if it is one.
        domain: The scope's domain, if it is one; with a project, the project's.
        roles: The user's roles there, implied ones included; none when unscoped.
        credential: By what it was narrowed, if it was.
        owes_terms: Whether the user has to agree to the terms of use before doing anything there.
    """

    user: User
    user_domain: Domain
    epoch: int
    groups: frozenset[str]
    scope: Scope
    project: Project | None
    domain: Domain | None
    roles: tuple[Role, ...]
    credential: Credential | None = None
    owes_terms: bool = False


def read(session: Session, user_id: str, scope: Scope) -> Standing | None:
    """Return a user's standing, None when there is none: disabled, gone, or without a role."""
    found = session.execute(
        select(UserRow, DomainRow, terms.newest(), terms.agreed(user_id))
        .join(DomainRow, DomainRow.id == UserRow.domain_id)
        .where(UserRow.id == user_id, UserRow.is_enabled, DomainRow.is_enabled)
    ).first()
    if found is None:
        return None
    user, user_domain, newest, agreed = found
    groups = frozenset(
        session.scalars(select(MembershipRow.group_id).where(MembershipRow.user_id == user_id))
    )
    target = _target(session, scope)
    if target is None:
        return None
    roles = _roles(session, acts_as(user_id, groups), scope, target[0])
    if not roles and scope.kind is not ScopeKind.NONE:
        return None
    return Standing(
        user=User.of(user),
        user_domain=Domain.of(user_domain),
        epoch=user.token_epoch,
        groups=groups,
        scope=scope,
        project=target[0],
        domain=target[1],
        roles=roles,
        owes_terms=terms.are_owed(newest, agreed, roles),
    )


def _target(session: Session, scope: Scope) -> tuple[Project | None, Domain | None] | None:
    """Return what a scope names, None when it can't be used (any more)."""
    if scope.kind is ScopeKind.PROJECT:
        found = session.execute(
            select(ProjectRow, DomainRow)
            .join(DomainRow, DomainRow.id == ProjectRow.domain_id)
            .where(ProjectRow.id == scope.id, ProjectRow.is_enabled, DomainRow.is_enabled)
        ).first()
        return None if found is None else (Project.of(found[0]), Domain.of(found[1]))
    if scope.kind is ScopeKind.DOMAIN:
        domain = session.get(DomainRow, scope.id)
        return (None, Domain.of(domain)) if domain and domain.is_enabled else None
    return None, None


def _roles(
    session: Session, actor: ColumnElement[bool], scope: Scope, project: Project | None
) -> tuple[Role, ...]:
    """Return an actor's effective roles in a scope, by name."""
    if scope.kind is ScopeKind.NONE:
        return ()
    counts = reach.at(scope, is_inherited=False)
    if project is not None:
        counts = reach.into_project(session, project.id, project.domain_id, project.parent_id)
    role_ids = session.scalars(select(AssignmentRow.role_id).where(counts, actor)).all()
    return Roles(session).effective(role_ids) if role_ids else ()


def acts_as(user_id: str, groups: frozenset[str]) -> ColumnElement[bool]:
    """Return the condition that an assignment is a user's, directly or by a group."""
    own = and_(AssignmentRow.actor_kind == USER, AssignmentRow.actor_id == user_id)
    if not groups:
        return own
    return or_(own, and_(AssignmentRow.actor_kind == GROUP, AssignmentRow.actor_id.in_(groups)))
