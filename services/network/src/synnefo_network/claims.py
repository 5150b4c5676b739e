# SPDX-License-Identifier: Apache-2.0
"""Taking one value of many, by whoever is first, without waiting for each other.

A value is taken when its row is there; a unique constraint keeps the second one out.
:func:`draw` looks for a free one: a few random tries, which nearly always suffice, and then
the gaps between what is taken, found through an index.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Insert, exists, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from synnefo_network.models import AddressRow, MacPrefixRow, Model

Span = tuple[int, int]
"""A first and a last position, both included."""

_RANDOM_TRIES = 4
_TRIES_PER_GAP = 8
_GAPS_AT_ONCE = 16

_random = random.SystemRandom()


def insert_unless_taken(session: Session, model: type[Model], values: dict[str, Any]) -> bool:
    """Insert a row unless a unique constraint forbids it; return whether it was.

    Waits for another transaction that is inserting the same value.
    """
    return _was_inserted(session, _ignoring(session, model).values(**values))


def claim(session: Session, model: type[Model], values: dict[str, Any], *, key: str) -> bool:
    """Insert like :func:`insert_unless_taken`, but never wait for another transaction.

    False also when another transaction is just claiming the same ``key``: whether it will
    keep it is not known yet, so nobody waits in a circle for several values.
    """
    statement = _ignoring(session, model)
    if session.get_bind().dialect.name != "postgresql":
        return _was_inserted(session, statement.values(**values))
    columns = [literal(value, model.__table__.c[name].type) for name, value in values.items()]
    is_mine = func.pg_try_advisory_xact_lock(_lock_number(key))
    return _was_inserted(
        session, statement.from_select(list(values), select(*columns).where(is_mine))
    )


def _ignoring(session: Session, model: type[Model]) -> Insert:
    """Return an INSERT that does nothing where a unique constraint is in the way."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model).on_conflict_do_nothing()
    return sqlite.insert(model).on_conflict_do_nothing()


def _was_inserted(session: Session, statement: Insert) -> bool:
    statement = statement.execution_options(preserve_rowcount=True)
    result = cast("CursorResult[Any]", session.execute(statement))
    return result.rowcount == 1


def _lock_number(key: str) -> int:
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def draw(
    spans: Sequence[Span],
    *,
    try_claim: Callable[[int], bool],
    gaps: Callable[[int, int], Iterable[Span]],
) -> int | None:
    """Claim a free position of some spans and return it, or None when none is free.

    Args:
        spans: What may be claimed, without overlaps.
        try_claim: Claims a position; false when it is taken.
        gaps: Finds what is free between two positions.
    """
    return next((p for p in _candidates(spans, gaps) if try_claim(p)), None)


def _candidates(spans: Sequence[Span], gaps: Callable[[int, int], Iterable[Span]]) -> Iterator[int]:
    """Yield positions that may be free: some at random, then some of every gap."""
    total = sum(last - first + 1 for first, last in spans)
    if total == 0:
        return
    for _ in range(_RANDOM_TRIES):
        yield _at(spans, _random.randrange(total))
    # From a random place on, so that those who come at once don't all want the same gap.
    for first, last in _rotated(spans, _at(spans, _random.randrange(total))):
        for start, end in gaps(first, last):
            yield from _random.sample(range(start, end + 1), min(_TRIES_PER_GAP, end - start + 1))


def _at(spans: Sequence[Span], number: int) -> int:
    """Return the position with a number when all spans are counted through."""
    for first, last in spans:
        size = last - first + 1
        if number < size:
            return first + number
        number -= size
    raise IndexError(number)


def _rotated(spans: Sequence[Span], start: int) -> Iterator[Span]:
    """Yield the spans from a position on, and then what lies before it."""
    at = next(n for n, (first, last) in enumerate(spans) if first <= start <= last)
    yield start, spans[at][1]
    yield from spans[at + 1 :]
    yield from spans[:at]
    if spans[at][0] < start:
        yield spans[at][0], start - 1


def gaps(
    session: Session,
    model: type[AddressRow | MacPrefixRow],
    first: int,
    last: int,
    *,
    scope: Mapping[str, Any],
) -> Iterator[Span]:
    """Yield runs of positions without a row, between two positions and in their order.

    ``scope`` are the columns (and their values) within which positions are unique.
    """
    row = aliased(model)
    lowest = select(func.min(row.position)).where(*_within(row, scope), row.position >= first)
    taken = session.scalar(lowest)
    if taken is None or taken > first:
        yield first, last if taken is None else min(taken - 1, last)
    while taken is not None and taken < last:
        found = _gaps_behind(session, model, taken, last, scope)
        yield from found
        taken = found[-1][1] + 1 if len(found) == _GAPS_AT_ONCE else None


def _gaps_behind(
    session: Session,
    model: type[AddressRow | MacPrefixRow],
    taken: int,
    last: int,
    scope: Mapping[str, Any],
) -> list[Span]:
    """Return the next gaps behind a position that is taken."""
    row, neighbour, later = aliased(model), aliased(model), aliased(model)
    has_neighbour = exists().where(
        *_within(neighbour, scope), neighbour.position == row.position + 1
    )
    following = select(func.min(later.position)).where(
        *_within(later, scope), later.position > row.position
    )
    query = (
        select(row.position, following.scalar_subquery())
        .where(*_within(row, scope), row.position >= taken, row.position < last, ~has_neighbour)
        .order_by(row.position)
        .limit(_GAPS_AT_ONCE)
    )
    return [
        (position + 1, last if beyond is None else min(beyond - 1, last))
        for position, beyond in session.execute(query)
    ]


def _within(alias: Any, scope: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [getattr(alias, column) == value for column, value in scope.items()]
