# SPDX-License-Identifier: Apache-2.0
"""From what a login asks for to the scope that its token gets."""

from __future__ import annotations

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_core.errors import Unauthenticated
from synnefo_identity import references, standing
from synnefo_identity.models import ApplicationCredentialRow, DomainRow, ProjectRow, UserRow
from synnefo_identity.payload import UNSCOPED, Scope, ScopeKind
from synnefo_identity.references import Reference


def project(context: RequestContext, reference: Reference) -> Scope:
    """Return the scope of a project.

    Raises:
        Unauthenticated: There is no such project; nobody learns that it is not there.
    """
    with context.reading() as session:
        found = references.find(session, ProjectRow, reference)
    if found is None:
        raise Unauthenticated
    return Scope(ScopeKind.PROJECT, found.id)


def domain(context: RequestContext, reference: Reference) -> Scope:
    """Return the scope of a domain.

    Raises:
        Unauthenticated: There is no such domain.
    """
    same = DomainRow.name == reference.name
    if reference.id is not None:
        same = DomainRow.id == reference.id
    with context.reading() as session:
        found = session.scalar(select(DomainRow.id).where(same))
    if found is None:
        raise Unauthenticated
    return Scope(ScopeKind.DOMAIN, found)


def of_credential(context: RequestContext, credential_id: str) -> Scope:
    """Return the scope of all tokens that an application credential gets.

    Raises:
        Unauthenticated: There is no such credential.
    """
    query = select(ApplicationCredentialRow.project_id).where(
        ApplicationCredentialRow.id == credential_id
    )
    with context.reading() as session:
        project_id = session.scalar(query)
    if project_id is None:
        raise Unauthenticated
    return Scope(ScopeKind.PROJECT, project_id)


def default(context: RequestContext, user_id: str) -> Scope:
    """Return the scope of a login that asks for none.

    It is the user's default project if that can be used; else none, as Keystone does it.
    """
    with context.reading() as session:
        query = select(UserRow.default_project_id).where(UserRow.id == user_id)
        project_id = session.scalar(query)
        if not project_id:
            return UNSCOPED
        wished = Scope(ScopeKind.PROJECT, project_id)
        found = standing.read(session, user_id, wished)
    return UNSCOPED if found is None or found.owes_terms else wished
