# SPDX-License-Identifier: Apache-2.0
"""Projects below projects: who is above and below whom, and what follows from it.

A project can be used only while all above it can: so one is enabled from the top and disabled
from the bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, select
from sqlalchemy.orm import Session, aliased

from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, InvalidField, NotFound
from synnefo_identity.models import ProjectRow


def above(session: Session, parent_id: str | None) -> Sequence[ProjectRow]:
    """Return a parent and all that are above it, the nearest first."""
    if parent_id is None:
        return ()
    found = select(ProjectRow.id, ProjectRow.parent_id, literal(0).label("distance"))
    line = found.where(ProjectRow.id == parent_id).cte(recursive=True)
    step = select(ProjectRow.id, ProjectRow.parent_id, line.c.distance + 1)
    line = line.union_all(step.where(ProjectRow.id == line.c.parent_id))
    query = select(ProjectRow).join(line, line.c.id == ProjectRow.id).order_by(line.c.distance)
    return session.scalars(query).all()


def below(session: Session, project_id: str) -> Sequence[ProjectRow]:
    """Return all projects that are below one, the deepest last."""
    line = _down(ProjectRow.parent_id == project_id)
    query = select(ProjectRow).join(line, line.c.id == ProjectRow.id)
    return session.scalars(query.order_by(line.c.distance, ProjectRow.id)).all()


def ids_below(parents: Select[Any]) -> Select[Any]:
    """Return the query for the ids of all projects that are below some."""
    return select(_down(ProjectRow.parent_id.in_(parents)).c.id)


def _down(is_child: ColumnElement[bool]) -> Any:
    children = select(ProjectRow.id, literal(0).label("distance"))
    line = children.where(is_child).cte(recursive=True)
    child = aliased(ProjectRow)
    return line.union_all(select(child.id, line.c.distance + 1).where(child.parent_id == line.c.id))


def require_parent(
    context: RequestContext, session: Session, domain_id: str, parent_id: str
) -> None:
    """Refuse a parent under which a new project can't be; it is locked until the commit.

    Raises:
        NotFound: There is no such project.
        InvalidField: It is in another domain.
        Forbidden: It or one above it is disabled, it is personal, or deep enough.
    """
    parent = session.get(ProjectRow, parent_id, with_for_update=True)
    if parent is None:
        raise NotFound("project", parent_id)
    if parent.domain_id != domain_id:
        raise InvalidField("parent_id", "must be a project of the same domain")
    if parent.is_personal:
        raise Forbidden("a personal project has no others below it")
    line = [parent, *above(session, parent.parent_id)]
    _require_enabled(line)
    most = context.cloud.config.identity.max_project_depth
    if len(line) >= most:
        raise Forbidden(f"projects are at most {most} levels deep")


def require_enabled_above(session: Session, row: ProjectRow) -> None:
    """Refuse to enable a project below a disabled one.

    Raises:
        Forbidden: One above it is disabled.
    """
    if row.parent_id is not None:
        session.get(ProjectRow, row.parent_id, with_for_update=True)
        _require_enabled(above(session, row.parent_id))


def require_disabled_below(session: Session, row: ProjectRow) -> None:
    """Refuse to disable a project above an enabled one.

    Raises:
        Forbidden: One below it is enabled.
    """
    if any(each.is_enabled for each in below(session, row.id)):
        raise Forbidden("a project can't be disabled while one below it is enabled")


def require_leaf(session: Session, row: ProjectRow) -> None:
    """Refuse to delete a project that has others below it.

    Raises:
        Forbidden: It has.
    """
    if session.scalar(select(exists().where(ProjectRow.parent_id == row.id))):
        raise Forbidden("a project can't be deleted while there are others below it")


def _require_enabled(line: Sequence[ProjectRow]) -> None:
    if not all(each.is_enabled for each in line):
        raise Forbidden("a project can't be enabled while one above it is disabled")
