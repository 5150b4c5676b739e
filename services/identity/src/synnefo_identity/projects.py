# SPDX-License-Identifier: Apache-2.0
"""Projects: what resources belong to. Each user has a personal one of the user's own id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Forbidden, NotFound
from synnefo_identity import (
    application_credentials,
    assignments,
    attributes,
    changes,
    lineage,
    listing,
    reach,
    tags,
)
from synnefo_identity.changes import Change, Kind
from synnefo_identity.life_models import LifeRow, life_of, only_member
from synnefo_identity.listing import EVERYTHING, WHOLE, Filter, Page
from synnefo_identity.models import DomainRow, ProjectRow
from synnefo_identity.payload import ScopeKind
from synnefo_identity.tags import Tagged
from synnefo_identity.values import Project

KNOWN = frozenset({"name", "description", "is_enabled"})


def create(
    context: RequestContext,
    domain_id: str,
    values: Mapping[str, Any],
    *,
    parent_id: str | None = None,
    tagged: Sequence[str] = (),
) -> Project:
    """Make a project of the attributes ``values`` and the tags ``tagged``, under another or not.

    Raises:
        NotFound: There is no such domain or parent.
        Duplicate: The name is taken in the domain.
        InvalidField: An attribute, a tag or the parent can't be.
        Forbidden: Nothing can be below the parent (now).
    """
    with context.unit_of_work() as session:
        if session.get(DomainRow, domain_id) is None:
            raise NotFound("domain", domain_id)
        if parent_id is not None:
            lineage.require_parent(context, session, domain_id, parent_id)
        row = ProjectRow(domain_id=domain_id, parent_id=parent_id, extra={})
        attributes.apply(row, values, KNOWN)
        attributes.save(session, row, "project")
        session.add(life_of(row, context.now()))
        return Project.of(row, tags.write(session, row.id, tagged))


def create_personal(
    context: RequestContext, session: Session, user_id: str, domain_id: str
) -> None:
    """Make the project of a new user; its name is the original's (AST-076)."""
    row = ProjectRow(id=user_id, domain_id=domain_id, name=f"system:{user_id}", is_personal=True)
    session.add_all((row, life_of(row, context.now()), only_member(row, context.now())))


def show(context: RequestContext, project_id: str) -> Project:
    """Return a project: to an administrator any, to others those in which they have a role.

    Raises:
        Forbidden: The caller may not know whether there is such a project.
        NotFound: There is none.
    """
    with context.reading() as session:
        is_visible = context.is_admin or context.project_id == project_id
        if not is_visible and not _has_role(session, context.user_id, project_id):
            raise Forbidden
        return _whole(session, [find(session, project_id)])[0]


def index(
    context: RequestContext,
    only: Filter = EVERYTHING,
    page: Page = WHOLE,
    tagged: Tagged = tags.ANY,
    *,
    parent_id: str | None = None,
) -> Sequence[Project]:
    """Return a page of all projects, or of those directly below a project or a domain."""
    with context.reading() as session:
        query = tags.where(select(ProjectRow), tagged)
        if parent_id is not None:
            in_domain = ProjectRow.parent_id.is_(None) & (ProjectRow.domain_id == parent_id)
            query = query.where(in_domain | (ProjectRow.parent_id == parent_id))
        return _whole(session, listing.rows(session, query, ProjectRow, only=only, page=page))


def of_user(
    context: RequestContext, user_id: str, only: Filter = EVERYTHING, page: Page = WHOLE
) -> Sequence[Project]:
    """Return a page of the projects in which a user has a role.

    Raises:
        Forbidden: The caller is neither the user nor an administrator.
    """
    if not context.is_admin and context.user_id != user_id:
        raise Forbidden
    with context.reading() as session:
        query = select(ProjectRow).where(_reached(session, user_id))
        return _whole(session, listing.rows(session, query, ProjectRow, only=only, page=page))


def _has_role(session: Session, user_id: str, project_id: str) -> bool:
    is_it = ProjectRow.id == project_id
    return bool(session.scalar(select(exists().where(is_it, _reached(session, user_id)))))


def _reached(session: Session, user_id: str) -> ColumnElement[bool]:
    """Return the condition that a user has a role in a project, inherited or not."""
    return reach.is_reached(assignments.as_user(session, user_id))


def parents(context: RequestContext, project_id: str) -> Sequence[Project]:
    """Return the projects above one, the nearest first; who may see it is not asked."""
    with context.reading() as session:
        parent_id = find(session, project_id).parent_id
        return _whole(session, lineage.above(session, parent_id))


def subtree(context: RequestContext, project_id: str) -> Sequence[Project]:
    """Return all projects below one, the deepest last; who may see it is not asked."""
    with context.reading() as session:
        return _whole(session, lineage.below(session, project_id))


def _whole(session: Session, rows: Sequence[ProjectRow]) -> list[Project]:
    """Return the values of rows, with their tags."""
    found = tags.of(session, [row.id for row in rows])
    return [Project.of(row, found.get(row.id, ())) for row in rows]


def update(
    context: RequestContext,
    project_id: str,
    values: Mapping[str, Any],
    *,
    tagged: Sequence[str] | None = None,
) -> Project:
    """Change attributes, and all tags where some are given.

    Disabling makes the project's tokens invalid.

    Raises:
        Conflict: A personal project keeps its name, a terminated one stays disabled.
        Duplicate: The name is taken in the domain.
        Forbidden: One above it is disabled, or one below it is enabled.
        InvalidField: An attribute or a tag can't be.
    """
    with context.unit_of_work() as session:
        row = _locked(session, project_id)
        if row.is_personal and values.get("name", row.name) != row.name:
            raise Conflict("a personal project keeps its name")
        is_enabled = values.get("is_enabled", row.is_enabled)
        if is_enabled and not row.is_enabled:
            _require_going_on(session, project_id)
            lineage.require_enabled_above(session, row)
        elif row.is_enabled and not is_enabled:
            lineage.require_disabled_below(session, row)
        attributes.apply(row, values, KNOWN)
        attributes.save(session, row, "project")
        if tagged is not None:
            tags.write(session, project_id, tagged)
        changes.note(context, session, Change(Kind.PROJECT, project_id))
        outbox.emit(context, session, "project.changed", subject_id=project_id)
        return _whole(session, [row])[0]


def retag(
    context: RequestContext, project_id: str, *, add: Sequence[str] = (), drop: Sequence[str] = ()
) -> Project:
    """Add some tags to a project and take some away.

    Raises:
        NotFound: A tag that is to go is not there.
        InvalidField: One can't be a tag, or there are too many.
    """
    with context.unit_of_work() as session:
        # Locked, so that who adds another tag at the same time adds to these.
        row = _locked(session, project_id)
        present = {*tags.of(session, [project_id]).get(project_id, ())}
        for missing in {*drop} - present:
            raise NotFound("tag", missing)
        return Project.of(row, tags.write(session, project_id, present.union(add) - {*drop}))


def delete(context: RequestContext, project_id: str) -> None:
    """Delete a project and who had which role in it.

    Raises:
        Conflict: A personal project goes with its user only.
        Forbidden: There are others below it.
    """
    with context.unit_of_work() as session:
        row = _locked(session, project_id)
        lineage.require_leaf(session, row)
        if row.is_personal:
            raise Conflict("a personal project goes only with its user")
        remove(context, session, row)


def remove(context: RequestContext, session: Session, row: ProjectRow) -> None:
    """Delete a project's rows and tell the other rooms."""
    assignments.forget_target(session, ScopeKind.PROJECT, row.id)
    application_credentials.forget(context, session, project_id=row.id)
    changes.note(context, session, Change(Kind.PROJECT, row.id))
    outbox.emit(context, session, "project.deleted", subject_id=row.id)
    session.delete(row)


def _require_going_on(session: Session, project_id: str) -> None:
    life = session.get(LifeRow, project_id)
    if life is not None and life.state == "terminated":
        raise Conflict("the project was terminated: it has to be reinstated")


def _locked(session: Session, project_id: str) -> ProjectRow:
    """Return a project's row, locked: nobody puts another below it or enables one there."""
    row = session.get(ProjectRow, project_id, with_for_update=True)
    if row is None:
        raise NotFound("project", project_id)
    return row


def find(session: Session, project_id: str) -> ProjectRow:
    """Return a project's row.

    Raises:
        NotFound: There is none.
    """
    row = session.get(ProjectRow, project_id)
    if row is None:
        raise NotFound("project", project_id)
    return row
