# SPDX-License-Identifier: Apache-2.0
"""The past given up: versions that were over at a moment go for good (PIT-026).

Some go at a time, each time in a transaction of its own; who is broken off asks again for the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, delete, exists, select, tuple_
from sqlalchemy.orm import Session, aliased

from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import execute_together
from synnefo_object_store import access, containers, periods, rows, statistics, versions
from synnefo_object_store.models import ObjectRow, PeriodRow
from synnefo_object_store.versions import DELETED, Place

_AT_ONCE = 500

_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause
_period: Table = PeriodRow.__table__  # type: ignore[assignment]  # declared as FromClause


def purge_container(context: RequestContext, account: str, container: str, moment: float) -> None:
    """Remove for good all versions in a container that were current for the last time before a moment.

    So do marks of removals up to then, behind which nothing is left. What is current stays.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such container.
    """
    access.require_owner(context, account)
    number = containers.find_number(context, account, container)
    _purge(context, account, number, _object.c.container_id == number, moment)


def purge_object(context: RequestContext, place: Place, moment: float) -> None:
    """Remove an object's versions as :func:`purge_container` does; there need be none.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such container.
    """
    access.require_owner(context, place.account)
    number = containers.find_number(context, place.account, place.container)
    is_it = and_(_object.c.container_id == number, _object.c.name == place.name)
    _purge(context, place.account, number, is_it, moment)


def _purge(
    context: RequestContext,
    account: str,
    number: int,
    is_among: ColumnElement[bool],
    moment: float,
) -> None:
    at = periods.instant(moment)
    for is_due in (periods.is_over(at), _is_idle_mark(at)):
        last: Row[Any] | None = None
        while True:
            with context.unit_of_work() as session:
                pays = versions.payer(session, number)
                found = _due(session, and_(is_among, is_due), last)
                _remove(context, session, account, found, pays=pays)
            if len(found) < _AT_ONCE:
                break
            last = found[-1]


def _is_idle_mark(at: int) -> ColumnElement[bool]:
    """Return the condition that the mark of a removal has nothing before it."""
    before = aliased(ObjectRow)
    is_left = exists().where(
        before.container_id == _object.c.container_id,
        before.name == _object.c.name,
        before.version < _object.c.version,
        before.nature != DELETED,
    )
    return and_(
        ~_object.c.is_current,
        _object.c.nature == DELETED,
        _object.c.version <= at,
        ~is_left.correlate(_object),
    )


def _due(
    session: Session, is_due: ColumnElement[bool], last: Row[Any] | None
) -> Sequence[Row[Any]]:
    """Return versions behind the last one, and hold them until the transaction ends."""
    key = tuple_(_object.c.name, _object.c.version)
    columns = _object.c
    query: Select[Any] = (
        select(
            columns.container_id,
            columns.name,
            columns.version,
            columns.size_bytes,
            columns.user_id,
            columns.is_free,
        )
        .where(is_due)
        .order_by(columns.container_id, columns.name, columns.version)
        .limit(_AT_ONCE)
        .with_for_update()
    )
    if last is not None:
        query = query.where(key > (last.name, last.version))
    return session.execute(query).all()


def _remove(
    context: RequestContext,
    session: Session,
    account: str,
    found: Sequence[Row[Any]],
    *,
    pays: str,
) -> None:
    if not found:
        return
    session.execute(
        versions.DELETE.statement,
        [
            {
                "of_container": row.container_id,
                "of_name": row.name,
                "of_version": row.version,
                "was_current": False,
            }
            for row in found
        ],
    )
    _forget(session, found)
    size = sum(row.size_bytes for row in found)
    counted = statistics.change(account=account, container_id=found[0].container_id, bytes_=-size)
    execute_together(session, counted)
    paid: Counter[str] = Counter()
    for row in found:
        if not row.is_free:
            paid[row.user_id] -= row.size_bytes
    rows.charge(context, pays, paid)


def _forget(session: Session, found: Sequence[Row[Any]]) -> None:
    """Forget when versions were current that are no longer there."""
    is_left = exists().where(
        _object.c.container_id == _period.c.container_id,
        _object.c.name == _period.c.name,
        _object.c.version == _period.c.version,
    )
    session.execute(
        delete(_period).where(
            _period.c.container_id == found[0].container_id,
            _period.c.name >= found[0].name,
            _period.c.name <= found[-1].name,
            ~is_left.correlate(_period),
        )
    )
