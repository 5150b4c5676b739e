# SPDX-License-Identifier: Apache-2.0
"""Resources that services beside the cloud count: each declares its own (AST-047, AST-048).

The ledger keeps their holdings like all others. What is there of them only their service knows, so
``verify`` and ``explain`` say that nobody can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import QuotaResource
from synnefo_core.db.session import add_if_absent
from synnefo_core.errors import Conflict, Forbidden, InvalidField
from synnefo_quota.models import ResourceRow
from synnefo_quota.registry import counted


def declare(
    context: RequestContext, client: str, owner: str, resources: Iterable[QuotaResource]
) -> None:
    """Have a client count resources; those that it does already are described anew.

    Defaults and visibility that an operator chose stay.

    Args:
        context: The unit of work.
        client: Who issues commissions of them.
        owner: What people call the client; it gets back what it declared under this name before.
        resources: Their defaults don't matter: nobody has any of them before an operator says so.

    Raises:
        Conflict: Somebody else counts one of these names.
    """
    with context.unit_of_work() as session:
        for resource in resources:
            _require_free(context, session, client, owner, resource.name)
            first = {"name": resource.name, "owner": owner, "client": client}
            add_if_absent(
                session, ResourceRow, {**first, "is_shown": None if resource.is_shown else False}
            )
            row = session.get_one(ResourceRow, resource.name, with_for_update=True)
            row.client, row.owner = client, owner
            row.description, row.unit = resource.description, resource.unit


def withdraw(context: RequestContext, client: str) -> None:
    """Have nobody count any more what a client declared; what is held stays written down."""
    with context.unit_of_work() as session:
        session.execute(update(ResourceRow).where(ResourceRow.client == client).values(client=None))


def of_client(context: RequestContext, client: str) -> frozenset[str]:
    """Return the names of the resources that a client declared."""
    with context.reading() as session:
        return frozenset(
            session.scalars(select(ResourceRow.name).where(ResourceRow.client == client))
        )


def require(context: RequestContext, names: Collection[str], *, client: str | None) -> None:
    """Refuse names of nothing, and those that are not a client's own if there is one.

    Raises:
        InvalidField: Nobody counts under one of them.
        Forbidden: One is not the client's.
    """
    others = [name for name in names if client is not None or name not in counted(context.cloud)]
    if not others:
        return
    query = select(ResourceRow.name, ResourceRow.client)
    with context.reading() as session:
        rows = session.execute(
            query.where(ResourceRow.name.in_(others), ResourceRow.client.is_not(None))
        )
        owners = {row.name: row.client for row in rows}
    for name in sorted(others):
        if name not in owners and name not in counted(context.cloud):
            field = "provisions.resource"
            raise InvalidField(field, f"there is no resource {name}")
        if client is not None and owners.get(name) != client:
            msg = f"the resource {name} is of another service"
            raise Forbidden(msg)


def _require_free(
    context: RequestContext, session: Session, client: str, owner: str, name: str
) -> None:
    plugin = counted(context.cloud).get(name)
    other = plugin.owner if plugin is not None else ""
    row = session.get(ResourceRow, name)
    # Of a plugin that is not here what is held stays its own.
    if row is not None and row.client != client and (row.client or row.owner != owner):
        other = row.owner
    if other:
        msg = f"the resource {name} is counted by {other}"
        raise Conflict(msg)
