# SPDX-License-Identifier: Apache-2.0
"""Holdings and what changes them.

Charges are collected during a unit of work and written as its last statements, in one
fixed order: so two transactions never wait for each other in a circle, and the rows that
many want are locked for the shortest time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    Table,
    Update,
    bindparam,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge
from synnefo_core.db.session import defer
from synnefo_core.errors import QuotaExceeded
from synnefo_quota.models import HoldingRow, ResourceRow
from synnefo_quota.resources import default_limit, resources

Key = tuple[str, str, str]
"""(holder, source, resource), in the order in which rows are locked."""

_COLLECTED = "quota_collected"


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


def charge(context: RequestContext, charges: Iterable[Charge]) -> None:
    """Pay for things, or give back, at the end of the caller's unit of work.

    Charges of one unit of work add up, so replacing a thing costs the difference.

    Raises:
        QuotaExceeded: At the end of the unit of work, when a limit would be passed;
            nothing of the unit of work is kept.
    """
    with context.unit_of_work() as session:
        collected: dict[Key, int] = session.info.setdefault(_COLLECTED, {})
        for item in charges:
            for key in _keys(item):
                collected[key] = collected.get(key, 0) + item.amount
        defer(session, "quota", partial(_settle, context.cloud))


def _keys(item: Charge) -> tuple[Key, Key]:
    project = f"project:{item.project_id}"
    return (project, "", item.resource), (f"user:{item.user_id}", project, item.resource)


def _settle(cloud: Cloud, session: Session) -> None:
    collected: dict[Key, int] = session.info.pop(_COLLECTED, {})
    for key in sorted(collected):
        if collected[key]:
            _change(cloud, session, key, collected[key])


def _change(cloud: Cloud, session: Session, key: Key, amount: int) -> None:
    if _try_change(session, key, amount):
        return
    make(cloud, session, key)
    if _try_change(session, key, amount):
        return
    row = session.scalars(select(HoldingRow).where(*at(key))).one()
    if amount < 0:
        msg = f"usage of {key} would fall below zero: {row.usage_min} by {amount}"
        raise RuntimeError(msg)
    raise QuotaExceeded(key[2], amount, max(0, row.limit - row.usage_max))


def _try_change(session: Session, key: Key, amount: int) -> bool:
    """Change both bounds of a holding by an amount, if it is there and the limit allows."""
    holder, source, resource = key
    statement = _TAKE if amount > 0 else _GIVE_BACK
    values = {"of": holder, "out_of": source, "what": resource, "amount": amount}
    return cast("CursorResult[Any]", session.execute(statement, values)).rowcount == 1


def _changing(allowed: ColumnElement[bool]) -> Update:
    columns = _holding.c
    return (
        update(_holding)
        .where(
            columns.holder == bindparam("of"),
            columns.source == bindparam("out_of"),
            columns.resource == bindparam("what"),
            allowed,
        )
        .values(usage_min=columns.usage_min + _AMOUNT, usage_max=columns.usage_max + _AMOUNT)
    )


# Made once: to build them anew took longer than to execute them.
_holding: Table = HoldingRow.__table__  # type: ignore[assignment]  # declared as FromClause
_AMOUNT = bindparam("amount", type_=BigInteger)
_TAKE = _changing(_holding.c.usage_max + _AMOUNT <= _holding.c.limit)
_GIVE_BACK = _changing(_holding.c.usage_min + _AMOUNT >= 0)


def make(cloud: Cloud, session: Session, key: Key, limit: int | None = None) -> None:
    """Make a holding unless it is there; another transaction may be making it too."""
    holder, source, resource = key
    if limit is None:
        limit = default_limit(cloud, holder=holder, source=source, resource=resource)
    insert = sqlite.insert if cloud.database.is_sqlite else postgresql.insert
    session.execute(
        insert(HoldingRow)
        .values(
            holder=holder, source=source, resource=resource, limit=limit, usage_min=0, usage_max=0
        )
        .on_conflict_do_nothing()
    )
    owned = resources(cloud).get(resource)
    if owned is not None:
        session.execute(
            insert(ResourceRow).values(name=resource, owner=owned.owner).on_conflict_do_nothing()
        )


def at(key: Key) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that name one holding."""
    holder, source, resource = key
    return (
        HoldingRow.holder == holder,
        HoldingRow.source == source,
        HoldingRow.resource == resource,
    )


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
    project = f"project:{project_id}"
    query = (
        select(HoldingRow)
        .where((HoldingRow.holder == project) | (HoldingRow.source == project))
        .order_by(HoldingRow.holder, HoldingRow.source, HoldingRow.resource)
    )
    with context.reading() as session:
        return [shown(row) for row in session.scalars(query)]


def left(context: RequestContext, project_id: str, resource: str) -> Holding:
    """Return a project's own holding of a resource, as it would be if it is not there yet."""
    key = (f"project:{project_id}", "", resource)
    with context.reading() as session:
        row = session.scalars(select(HoldingRow).where(*at(key))).first()
        if row is not None:
            return shown(row)
    limit = default_limit(context.cloud, holder=key[0], source="", resource=resource)
    return Holding(holder=key[0], source="", resource=resource, limit=limit, usage=0)


def set_limit(
    context: RequestContext, *, holder: str, source: str = "", resource: str, limit: int
) -> None:
    """Set a limit, below the usage if need be: then nothing grows until it has shrunk.

    Args:
        context: The unit of work.
        holder: ``project:ID`` or ``user:ID``.
        source: ``project:ID`` for a user's share, empty for a project.
        resource: Its name.
        limit: 0 or more.
    """
    with context.unit_of_work() as session:
        make(context.cloud, session, (holder, source, resource), limit)
        row = session.scalars(select(HoldingRow).where(*at((holder, source, resource)))).one()
        row.limit = limit
