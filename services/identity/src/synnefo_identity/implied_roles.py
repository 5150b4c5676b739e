# SPDX-License-Identifier: Apache-2.0
"""Implied roles: who has one role has others, too.

Source: Identity API reference, "Roles", "Role inference".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, NotFound
from synnefo_identity import changes, ladder, roles
from synnefo_identity.models import ImpliedRoleRow, RoleRow
from synnefo_identity.values import Role


@dataclass(frozen=True)
class Inference:
    """A role and those that it implies directly, by name."""

    prior: Role
    implied: tuple[Role, ...]


def add(context: RequestContext, prior_id: str, implied_id: str) -> Inference:
    """Let a role imply another; a second time changes nothing.

    Raises:
        NotFound: One of them does not exist.
        Forbidden: Nothing may imply the administrator's role.
    """
    with context.unit_of_work() as session:
        prior, implied = _both(session, prior_id, implied_id)
        if implied.name == ladder.ADMIN:
            raise Forbidden("no role can imply the administrator's")
        if session.get(ImpliedRoleRow, (prior_id, implied_id)) is None:
            session.add(ImpliedRoleRow(prior_id=prior_id, implied_id=implied_id))
            changes.note(context, session, changes.EVERYTHING)
        return Inference(prior, (implied,))


def require(context: RequestContext, prior_id: str, implied_id: str) -> Inference:
    """Return that a role implies another directly.

    Raises:
        NotFound: It does not, or one of them does not exist.
    """
    with context.reading() as session:
        prior, implied = _both(session, prior_id, implied_id)
        _find(session, prior_id, implied_id)
        return Inference(prior, (implied,))


def remove(context: RequestContext, prior_id: str, implied_id: str) -> None:
    """Let a role imply another no more.

    Raises:
        NotFound: It does not, or one of them does not exist.
        Forbidden: Both are the cloud's own: its policies rely on their ladder.
    """
    with context.unit_of_work() as session:
        prior, implied = _both(session, prior_id, implied_id)
        row = _find(session, prior_id, implied_id)
        if (prior.name, implied.name) in ladder.IMPLIES:
            raise Forbidden(f"the role {prior.name} always implies {implied.name}")
        session.delete(row)
        changes.note(context, session, changes.EVERYTHING)


def of_role(context: RequestContext, prior_id: str) -> Inference:
    """Return what a role implies directly.

    Raises:
        NotFound: There is no such role.
    """
    query = (
        select(RoleRow)
        .join(ImpliedRoleRow, ImpliedRoleRow.implied_id == RoleRow.id)
        .where(ImpliedRoleRow.prior_id == prior_id)
        .order_by(RoleRow.name)
    )
    with context.reading() as session:
        prior = Role.of(roles.find(session, prior_id))
        return Inference(prior, tuple(Role.of(row) for row in session.scalars(query)))


def index(context: RequestContext) -> Sequence[Inference]:
    """Return all roles that imply others, by name."""
    with context.reading() as session:
        known = {row.id: Role.of(row) for row in session.scalars(select(RoleRow))}
        implied: dict[str, list[Role]] = {}
        for row in session.scalars(select(ImpliedRoleRow)):
            implied.setdefault(row.prior_id, []).append(known[row.implied_id])
    found = [
        Inference(known[prior_id], tuple(sorted(below, key=lambda role: role.name)))
        for prior_id, below in implied.items()
    ]
    return sorted(found, key=lambda inference: inference.prior.name)


def _both(session: Session, prior_id: str, implied_id: str) -> tuple[Role, Role]:
    return Role.of(roles.find(session, prior_id)), Role.of(roles.find(session, implied_id))


def _find(session: Session, prior_id: str, implied_id: str) -> ImpliedRoleRow:
    row = session.get(ImpliedRoleRow, (prior_id, implied_id))
    if row is None:
        raise NotFound("implied role", implied_id)
    return row
