# SPDX-License-Identifier: Apache-2.0
"""Accounts and containers as they were at a moment of the past (PIT-026).

A listing reads the range of names that is asked for, with all the versions that are kept there. Counts
read all that was ever kept in a container. Metadata, of versions too, is that of today.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, Table, func, literal, null, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_object_store import access, accounts, containers, listing, periods, versions
from synnefo_object_store.criteria import Criterion
from synnefo_object_store.models import ContainerRow, ObjectRow, PeriodRow
from synnefo_object_store.values import (
    AccountInfo,
    ContainerInfo,
    Folder,
    ListedContainer,
    ListedObject,
    State,
    Window,
)
from synnefo_object_store.versions import Place

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause
_period: Table = PeriodRow.__table__  # type: ignore[assignment]  # declared as FromClause

_CONTAINER, _ACCOUNT = "object_store:container:read", "object_store:account:read"


@dataclass(frozen=True)
class _Sums:
    """What was in a container; ``changed_us``: when it had last changed, in microseconds."""

    objects: int = 0
    bytes: int = 0
    changed_us: int = 0


def show_account_at(context: RequestContext, account: str, moment: float) -> AccountInfo:
    """Return an account with the counts of a moment of the past.

    Raises:
        Forbidden: The caller has no role in the account that allows this.
        NotFound: There is no such project.
    """
    access.require_inside(context, account, _ACCOUNT)
    found = accounts.show_account(context, account)
    with context.reading() as session:
        query = _then(account, moment)
        named: Select[Any] = query.with_only_columns(_container.c.id, _CREATED)
        there = session.execute(named).all()
        sums = _sums(session, query.with_only_columns(_container.c.id), moment)
    return replace(
        found,
        containers=len(there),
        objects=sum(each.objects for each in sums.values()),
        bytes=sum(each.bytes for each in sums.values()),
        changed_at=max((_changed(row, sums) for row in there), default=found.created_at),
    )


def show_container_at(
    context: RequestContext, account: str, name: str, moment: float
) -> ContainerInfo:
    """Return a container with the counts of a moment of the past.

    Raises:
        Forbidden: The caller has no role in the account that allows this.
        NotFound: There is no such container, or it was not there yet.
    """
    access.require_inside(context, account, _CONTAINER)
    found = containers.show_container(context, account, name)
    with context.reading() as session:
        row = _required(session, account, name, moment)
        sums = _sums(session, [row.id], moment)
    mine = sums.get(row.id, _Sums())
    at = _changed(row, sums)
    return replace(found, objects=mine.objects, bytes=mine.bytes, modified_at=at, changed_at=at)


def list_containers_at(
    context: RequestContext, account: str, window: Window, moment: float
) -> list[ListedContainer | Folder]:
    """Return those containers of an account that were there already, with what was in them.

    Raises:
        Forbidden: The caller has no role in the account that allows this.
    """
    access.require_inside(context, account, _ACCOUNT)
    unknown = (null().label("objects"), null().label("bytes"))
    columns = (_container.c.name, *unknown, _container.c.created_at)
    with context.reading() as session:
        query = _then(account, moment).with_only_columns(*columns)
        rows = listing.scan(session, query, _container.c.name, ListedContainer, window)
        names = [row.name for row in rows if isinstance(row, ListedContainer)]
        numbers = dict(
            session.execute(
                _then(account, moment)
                .with_only_columns(_container.c.name, _container.c.id)
                .where(_container.c.name.in_(names))
            ).all()
        )
        sums = _sums(session, numbers.values(), moment)
    return [
        _counted(row, sums.get(numbers[row.name], _Sums()))
        if isinstance(row, ListedContainer)
        else row
        for row in rows
    ]


def list_objects_at(
    context: RequestContext,
    account: str,
    container: str,
    window: Window,
    moment: float,
    *,
    criteria: Sequence[Criterion] = (),
) -> list[ListedObject | Folder]:
    """Return the objects that were in a container, with their state, in the order of their names.

    Args:
        context: Who asks.
        account: The container's.
        container: Its name.
        window: Which part.
        moment: When, in seconds since the epoch.
        criteria: As with :func:`listing.list_objects`.

    Raises:
        Forbidden: The caller has no role in the account that allows this.
        NotFound: There is no such container, or it was not there yet.
    """
    access.require_inside(context, account, _CONTAINER)
    with context.reading() as session:
        number = _required(session, account, container, moment).id
        query = select(
            _object.c.name,
            _object.c.size_bytes,
            _object.c.etag,
            _object.c.content_type,
            _object.c.modified_at,
            _object.c.special,
            *(_object.c[field] for field in State._fields),
            _object.c.metadata,
        ).where(_object.c.container_id == number, periods.held(periods.instant(moment)))
        return listing.scan(session, query, _object.c.name, _listed, window, criteria=criteria)


def _listed(*row: Any) -> ListedObject:
    *state, _metadata = row[6:]
    return ListedObject._make((*row[:6], State(*state)))


_CREATED = _container.c.created_at


def _then(account: str, moment: float) -> Select[Any]:
    """Select what was made in an account up to a moment, and is still there."""
    return select(_container).where(_container.c.account == account, moment >= _CREATED)


def _required(session: Session, account: str, name: str, moment: float) -> Row[Any]:
    query: Select[Any] = _then(account, moment).with_only_columns(_container.c.id, _CREATED)
    row = session.execute(query.where(_container.c.name == name)).first()
    if row is None:
        raise versions.missing_container(Place(account, name, ""))
    return row


def _counted(row: ListedContainer, sums: _Sums) -> ListedContainer:
    at = max(row.modified_at, sums.changed_us / 1_000_000)
    return replace(row, objects=sums.objects, bytes=sums.bytes, modified_at=at)


def _changed(row: Row[Any], sums: dict[int, _Sums]) -> float:
    """Return when a container had last changed: at the latest when it was made."""
    made_at: float = row.created_at
    return max(made_at, sums.get(row.id, _Sums()).changed_us / 1_000_000)


def _sums(
    session: Session, numbers: Iterable[int] | Select[tuple[int]], moment: float
) -> dict[int, _Sums]:
    """Return what was in containers, by their numbers; in one scan of all that is kept of them."""
    at = periods.instant(moment)
    held = periods.held(at)
    among = numbers if isinstance(numbers, Select) else list(numbers)
    found = session.execute(
        select(
            _object.c.container_id,
            func.count(literal(1)).filter(held),
            func.coalesce(func.sum(_object.c.size_bytes).filter(held), 0),
            func.max(periods.changed(at)),
        )
        .where(_object.c.container_id.in_(among), _object.c.version <= at)
        .group_by(_object.c.container_id)
    )
    again = session.execute(
        select(_period.c.container_id, func.max(periods.changed_again(at)))
        .where(_period.c.container_id.in_(among), _period.c.begun_us <= at)
        .group_by(_period.c.container_id)
    )
    later = {number: int(moment) for number, moment in again}
    return {
        number: _Sums(objects, int(size), max(int(last), later.get(number, 0)))
        for number, objects, size, last in found
    }
