# SPDX-License-Identifier: Apache-2.0
"""Holdings: charged, limited, shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge
from synnefo_quota import settlement
from synnefo_quota.models import HoldingRow
from synnefo_quota.provisions import Key
from synnefo_quota.registry import Defaults


@dataclass(frozen=True)
class Holding:
    """A holding as it stands.

    ``usage`` counts pending increases; ``pending`` is what is not accepted or given back
    yet. ``limit`` is :data:`~synnefo_core.contracts.quota.UNLIMITED` for none.
    """

    holder: str
    source: str
    resource: str
    limit: int
    usage: int
    pending: int = 0

    @property
    def key(self) -> Key:
        """Return what names it."""
        return self.holder, self.source, self.resource

    @property
    def excess(self) -> int:
        """By how much the usage is over the limit."""
        return max(0, self.usage - self.limit)


def charge(context: RequestContext, charges: Iterable[Charge], *, is_forced: bool = False) -> None:
    """Pay for things, or give back, at the end of the caller's unit of work.

    Charges of one unit of work add up, so replacing a thing costs the difference. What is in
    use already, whoever allowed it, is charged by force: then a limit may be passed.

    Raises:
        QuotaExceeded: At the end of the unit of work, when a limit would be passed;
            nothing of the unit of work is kept.
    """
    with context.unit_of_work() as session:
        for item in charges:
            for key in _keys(item):
                settlement.change(context, session, key).charge(item.amount, is_forced=is_forced)


def _keys(item: Charge) -> tuple[Key, Key]:
    project = f"project:{item.project_id}"
    return (project, "", item.resource), (f"user:{item.user_id}", project, item.resource)


def shown(row: HoldingRow) -> Holding:
    """Return the value for a row."""
    return Holding(
        holder=row.holder,
        source=row.source,
        resource=row.resource,
        limit=row.limit,
        usage=row.usage_max,
        pending=row.usage_max - row.usage_min,
    )


def holdings(context: RequestContext, project_id: str) -> list[Holding]:
    """Return the holdings of a project and of the users in it, in the ledger's order."""
    return search(context, project_id=project_id)


def search(
    context: RequestContext,
    *,
    project_id: str = "",
    user_id: str = "",
    resource: str = "",
    is_over: bool = False,
) -> list[Holding]:
    """Return the holdings that fit, in the ledger's order.

    Args:
        context: For the database.
        project_id: Only this project's own and its users' shares of it.
        user_id: Only this user's shares.
        resource: Only this resource.
        is_over: Only those whose usage is over their limit.
    """
    query = select(HoldingRow)
    if project_id:
        project = f"project:{project_id}"
        query = query.where((HoldingRow.holder == project) | (HoldingRow.source == project))
    if user_id:
        query = query.where(HoldingRow.holder == f"user:{user_id}")
    if resource:
        query = query.where(HoldingRow.resource == resource)
    if is_over:
        query = query.where(HoldingRow.usage_max > HoldingRow.limit)
    order = HoldingRow.holder, HoldingRow.source, HoldingRow.resource
    with context.reading() as session:
        return [shown(row) for row in session.scalars(query.order_by(*order))]


def left(context: RequestContext, project_id: str, resource: str) -> Holding:
    """Return a project's own holding of a resource, as it would be if it is not there yet."""
    key = (f"project:{project_id}", "", resource)
    with context.reading() as session:
        row = session.scalars(select(HoldingRow).where(*settlement.at(key))).first()
        if row is not None:
            return shown(row)
    limit = Defaults(context.cloud, [key[0]]).limit(key)
    return Holding(holder=key[0], source="", resource=resource, limit=limit, usage=0)


def set_limit(
    context: RequestContext, *, holder: str, source: str = "", resource: str, limit: int
) -> None:
    """Set a limit, below the usage if need be: then nothing grows until it has shrunk.

    Written at the end of the unit of work, before what it charges is.

    Args:
        context: The unit of work.
        holder: ``project:ID`` or ``user:ID``.
        source: ``project:ID`` for a user's share, empty for a project.
        resource: Its name.
        limit: 0 or more.
    """
    with context.unit_of_work() as session:
        settlement.change(context, session, (holder, source, resource)).limit = limit
