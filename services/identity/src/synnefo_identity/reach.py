# SPDX-License-Identifier: Apache-2.0
"""Where an assignment counts: on its target itself or, inherited, on the projects below that.

Both are kept in the kind of the target, so an inherited one is never taken for the other.

Source: Identity API reference, "OS-INHERIT".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from synnefo_identity import lineage
from synnefo_identity.models import AssignmentRow, ProjectRow
from synnefo_identity.payload import Scope, ScopeKind

BELOW: Mapping[ScopeKind, str] = {
    ScopeKind.PROJECT: "project.below",
    ScopeKind.DOMAIN: "domain.below",
}
"""What the target's kind is called when the role is for the projects below it."""

_ITSELF = {kind: of for of, kind in BELOW.items()}


def stored_kind(target: Scope, *, is_inherited: bool) -> str:
    """Return the kind that a row says."""
    return BELOW[target.kind] if is_inherited else target.kind


def of_row(row: AssignmentRow) -> tuple[Scope, bool]:
    """Return a row's target, and whether its role is for the projects below."""
    kind = _ITSELF.get(row.target_kind)
    if kind is not None:
        return Scope(kind, row.target_id), True
    return Scope(ScopeKind(row.target_kind), row.target_id), False


def at(target: Scope, *, is_inherited: bool) -> ColumnElement[bool]:
    """Return the condition that an assignment was given on a target in this way."""
    return and_(
        AssignmentRow.target_kind == stored_kind(target, is_inherited=is_inherited),
        AssignmentRow.target_id == target.id,
    )


def into_project(
    session: Session, project_id: str, domain_id: str, parent_id: str | None
) -> ColumnElement[bool]:
    """Return the condition that an assignment counts in a project."""
    return or_(
        at(Scope(ScopeKind.PROJECT, project_id), is_inherited=False),
        from_above(session, domain_id, parent_id),
    )


def from_above(session: Session, domain_id: str, parent_id: str | None) -> ColumnElement[bool]:
    """Return the condition that an assignment is inherited from a parent or a domain."""
    of_domain = at(Scope(ScopeKind.DOMAIN, domain_id), is_inherited=True)
    above = [row.id for row in lineage.above(session, parent_id)]
    if not above:
        return of_domain
    of_projects = and_(
        AssignmentRow.target_kind == BELOW[ScopeKind.PROJECT], AssignmentRow.target_id.in_(above)
    )
    return or_(of_domain, of_projects)


def is_reached(actor: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a project is one in which an actor has a role."""
    return or_(
        ProjectRow.id.in_(_targets(ScopeKind.PROJECT, actor)),
        ProjectRow.domain_id.in_(_targets(BELOW[ScopeKind.DOMAIN], actor)),
        ProjectRow.id.in_(lineage.ids_below(_targets(BELOW[ScopeKind.PROJECT], actor))),
    )


def _targets(kind: str, actor: ColumnElement[bool]) -> Select[Any]:
    return select(AssignmentRow.target_id).where(AssignmentRow.target_kind == kind, actor)
