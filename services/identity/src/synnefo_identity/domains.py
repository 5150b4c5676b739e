# SPDX-License-Identifier: Apache-2.0
"""Domains: namespaces of users, groups and projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, NotFound
from synnefo_identity import assignments, attributes, changes, groups, listing, projects, users
from synnefo_identity.listing import EVERYTHING, WHOLE, Filter, Page
from synnefo_identity.models import DomainRow, GroupRow, ProjectRow, UserRow
from synnefo_identity.payload import ScopeKind
from synnefo_identity.values import Domain

DEFAULT = "default"
"""The id of the domain that every cloud begins with."""

KNOWN = frozenset({"name", "description", "is_enabled"})


def create(context: RequestContext, values: Mapping[str, Any]) -> Domain:
    """Make a domain of the attributes ``values``.

    Raises:
        Duplicate: The name is taken.
    """
    with context.unit_of_work() as session:
        row = DomainRow(id=values.get("id"), extra={})
        attributes.apply(row, {k: v for k, v in values.items() if k != "id"}, KNOWN)
        attributes.save(session, row, "domain")
        return Domain.of(row)


def show(context: RequestContext, domain_id: str) -> Domain:
    """Return a domain: to an administrator any, to others that of their user or scope.

    Raises:
        Forbidden: The caller has nothing to do with it.
        NotFound: There is none.
    """
    claims = context.claims
    own = (claims.user_domain_id, claims.project_domain_id, claims.domain_id) if claims else ()
    if not context.is_admin and domain_id not in own:
        raise Forbidden
    with context.reading() as session:
        return Domain.of(find(session, domain_id))


def index(
    context: RequestContext, only: Filter = EVERYTHING, page: Page = WHOLE
) -> Sequence[Domain]:
    """Return a page of the domains."""
    with context.reading() as session:
        found = listing.rows(session, select(DomainRow), DomainRow, only=only, page=page)
        return [Domain.of(row) for row in found]


def of_user(context: RequestContext, user_id: str) -> Sequence[Domain]:
    """Return the domains on which a user has a role."""
    with context.reading() as session:
        ids = assignments.targets(session, user_id, ScopeKind.DOMAIN)
        query = select(DomainRow).where(DomainRow.id.in_(ids)).order_by(DomainRow.id)
        return [Domain.of(row) for row in session.scalars(query)]


def update(context: RequestContext, domain_id: str, values: Mapping[str, Any]) -> Domain:
    """Change attributes; disabling makes the tokens of its users and projects invalid."""
    with context.unit_of_work() as session:
        row = find(session, domain_id)
        attributes.apply(row, values, KNOWN)
        attributes.save(session, row, "domain")
        changes.note(context, session, changes.EVERYTHING)
        return Domain.of(row)


def delete(context: RequestContext, domain_id: str) -> None:
    """Delete a disabled domain with everything in it.

    Raises:
        Forbidden: It is enabled, or the first one.
    """
    with context.unit_of_work() as session:
        row = find(session, domain_id)
        if row.is_enabled or domain_id == DEFAULT:
            raise Forbidden("only a disabled domain can be deleted, and never the first one")
        _empty(context, session, domain_id)
        assignments.forget_target(session, ScopeKind.DOMAIN, domain_id)
        session.delete(row)
        changes.note(context, session, changes.EVERYTHING)


def _empty(context: RequestContext, session: Session, domain_id: str) -> None:
    for user_id in session.scalars(select(UserRow.id).where(UserRow.domain_id == domain_id)):
        users.remove(context, session, user_id)
    for project in session.scalars(select(ProjectRow).where(ProjectRow.domain_id == domain_id)):
        projects.remove(context, session, project)
    for group in session.scalars(select(GroupRow).where(GroupRow.domain_id == domain_id)):
        groups.remove(context, session, group)
    session.flush()


def find(session: Session, domain_id: str) -> DomainRow:
    """Return a domain's row.

    Raises:
        NotFound: There is none.
    """
    row = session.get(DomainRow, domain_id)
    if row is None:
        raise NotFound("domain", domain_id)
    return row
