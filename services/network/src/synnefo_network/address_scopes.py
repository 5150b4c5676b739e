# SPDX-License-Identifier: Apache-2.0
"""Address scopes: sets of subnet pools whose addresses don't overlap."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Forbidden, NotFound
from synnefo_network import networks, policies
from synnefo_network.pages import select_page
from synnefo_network.pool_errors import ScopeInUse
from synnefo_network.pool_models import AddressScopeRow, SubnetPoolRow
from synnefo_network.pool_values import AddressScope
from synnefo_network.values import Listing

_COLUMNS = {
    "id": AddressScopeRow.id,
    "name": AddressScopeRow.name,
    "project_id": AddressScopeRow.project_id,
    "ip_version": AddressScopeRow.ip_version,
    "is_shared": AddressScopeRow.is_shared,
}


def _visible(context: RequestContext) -> list[ColumnElement[bool]]:
    if context.is_admin:
        return []
    own = AddressScopeRow.project_id == context.project_id
    return [or_(own, AddressScopeRow.is_shared)]


def create_address_scope(
    context: RequestContext,
    *,
    name: str,
    ip_version: int,
    is_shared: bool = False,
    project_id: str | None = None,
) -> AddressScope:
    """Make a scope.

    Raises:
        Forbidden: Only administrators share one, or make one for others.
    """
    if is_shared:
        context.cloud.policy.require(context, policies.PUBLISH)
    with context.unit_of_work() as session:
        row = AddressScopeRow(
            id=new_id(),
            project_id=networks.owner_of(context, project_id),
            name=name,
            ip_version=ip_version,
            is_shared=is_shared,
        )
        session.add(row)
        return _shown(row)


def show_address_scope(context: RequestContext, scope_id: str) -> AddressScope:
    """Return a scope.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        query = select(AddressScopeRow).where(AddressScopeRow.id == scope_id, *_visible(context))
        row = session.scalar(query)
        if row is None:
            raise NotFound("address scope", scope_id)
        return _shown(row)


def list_address_scopes(context: RequestContext, listing: Listing) -> list[AddressScope]:
    """Return a page of the scopes that the caller may see."""
    with context.reading() as session:
        rows = select_page(
            session,
            AddressScopeRow,
            listing,
            noun="address scope",
            columns=_COLUMNS,
            visible=_visible(context),
        )
        return [_shown(row) for row in rows]


def update_address_scope(
    context: RequestContext, scope_id: str, *, name: str | None = None, is_shared: bool = False
) -> AddressScope:
    """Rename or share a scope; one that is shared stays so.

    Raises:
        Forbidden: It is another's, or only administrators may do this.
        NotFound: There is none, or the caller may not see it.
    """
    if is_shared:
        context.cloud.policy.require(context, policies.PUBLISH)
    with context.unit_of_work() as session:
        row = lock(context, session, scope_id)
        _require_own(context, row)
        row.name = row.name if name is None else name
        row.is_shared = row.is_shared or is_shared
        return _shown(row)


def lock(context: RequestContext, session: Session, scope_id: str) -> AddressScopeRow:
    """Lock a scope that the caller may see: pools come into it one by one.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    query = select(AddressScopeRow).where(AddressScopeRow.id == scope_id, *_visible(context))
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotFound("address scope", scope_id)
    return row


def _require_own(context: RequestContext, row: AddressScopeRow) -> None:
    if not context.is_admin and row.project_id != context.project_id:
        msg = f"address scope {row.id} belongs to another project"
        raise Forbidden(msg)


def delete_address_scope(context: RequestContext, scope_id: str) -> None:
    """Delete a scope.

    Raises:
        Forbidden: It is another's.
        NotFound: There is none, or the caller may not see it.
        ScopeInUse: There are pools in it.
    """
    with context.unit_of_work() as session:
        row = lock(context, session, scope_id)
        _require_own(context, row)
        if session.scalar(
            select(SubnetPoolRow.id).where(SubnetPoolRow.scope_id == row.id).limit(1)
        ):
            raise ScopeInUse(scope_id)
        session.delete(row)


def _shown(row: AddressScopeRow) -> AddressScope:
    return AddressScope(row.id, row.project_id, row.name, row.ip_version, row.is_shared)
