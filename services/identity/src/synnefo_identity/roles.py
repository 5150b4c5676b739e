# SPDX-License-Identifier: Apache-2.0
"""Roles: names that policies know. Those of the ladder are built in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, NotFound
from synnefo_identity import attributes, changes, listing
from synnefo_identity.listing import EVERYTHING, WHOLE, Filter, Page
from synnefo_identity.models import RoleRow
from synnefo_identity.values import Role

KNOWN = frozenset({"name", "description"})


def create(context: RequestContext, values: Mapping[str, Any]) -> Role:
    """Make a role of the attributes ``values``.

    Raises:
        Duplicate: The name is taken.
    """
    with context.unit_of_work() as session:
        row = RoleRow(extra={})
        attributes.apply(row, values, KNOWN)
        attributes.save(session, row, "role")
        return Role.of(row)


def show(context: RequestContext, role_id: str) -> Role:
    """Return a role."""
    with context.reading() as session:
        return Role.of(find(session, role_id))


def index(context: RequestContext, only: Filter = EVERYTHING, page: Page = WHOLE) -> Sequence[Role]:
    """Return a page of all roles."""
    with context.reading() as session:
        found = listing.rows(session, select(RoleRow), RoleRow, only=only, page=page)
        return [Role.of(row) for row in found]


def update(context: RequestContext, role_id: str, values: Mapping[str, Any]) -> Role:
    """Change attributes.

    Raises:
        Forbidden: A built-in role keeps its name.
        Duplicate: The name is taken.
    """
    with context.unit_of_work() as session:
        row = find(session, role_id)
        if values.get("name", row.name) != row.name:
            _require_own(row)
        attributes.apply(row, values, KNOWN)
        attributes.save(session, row, "role")
        changes.note(context, session, changes.EVERYTHING)
        return Role.of(row)


def delete(context: RequestContext, role_id: str) -> None:
    """Delete a role; whoever had it has it no more.

    Raises:
        Forbidden: A built-in role stays.
    """
    with context.unit_of_work() as session:
        row = find(session, role_id)
        _require_own(row)
        session.delete(row)
        changes.note(context, session, changes.EVERYTHING)


def _require_own(row: RoleRow) -> None:
    if row.is_builtin:
        raise Forbidden(f"the role {row.name} is the cloud's own: it keeps its name and stays")


def find(session: Session, role_id: str) -> RoleRow:
    """Return a role's row.

    Raises:
        NotFound: There is none.
    """
    row = session.get(RoleRow, role_id)
    if row is None:
        raise NotFound("role", role_id)
    return row
