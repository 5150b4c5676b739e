# SPDX-License-Identifier: Apache-2.0
"""Taking one value of many, by whoever is first, without waiting for each other.

A value is taken when its row is there; a unique constraint keeps the second one out.
:func:`draw` looks for a free one: random tries, which suffice until a pool is nearly full, and
then the gaps between what is taken, found through an index.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnDefault,
    ColumnElement,
    Insert,
    Table,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from synnefo_core.db.prepared import Prepared
from synnefo_network.models import AddressRow, MacPrefixRow, Model, VlanRow

Span = tuple[int, int]
"""A first and a last position, both included."""

_SAMPLE = 64
_TRIES_PER_GAP = 8
_GAPS_AT_ONCE = 16

_NEW, _NUMBER = "new_", "number"
"""How what a claim is given is called: a column's own name is taken."""

_random = random.SystemRandom()


def insert_unless_taken(session: Session, model: type[Model], values: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique constraint forbids it; return whether it was.

    Waits for another transaction that is inserting the same value.
    """
    session.flush()  # what is prepared does not ask for it
    statement = _ignoring(model, session.get_bind().dialect.name)
    return statement.execute(session, whole(model, values)) == 1


def claim(session: Session, model: type[Model], values: Mapping[str, Any], *, key: str) -> bool:
    """Insert like :func:`insert_unless_taken`, but never wait for another transaction.

    False also when another transaction is just claiming the same ``key``: whether it will
    keep it is not known yet, so nobody waits in a circle for several values.
    """
    if session.get_bind().dialect.name != "postgresql":
        return insert_unless_taken(session, model, values)
    session.flush()
    row = whole(model, values)
    given = {f"{_NEW}{name}": value for name, value in row.items()}
    statement = _claiming(model, tuple(row))
    return statement.execute(session, {**given, _NUMBER: lock_number(key)}) == 1


def wait(session: Session, key: str) -> None:
    """Wait until nobody else decides about ``key``, and keep others waiting until the commit.

    For what one row alone can't say. SQLite has one writer at a time as it is.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(lock_number(key))))


@cache
def _ignoring(model: type[Model], dialect: str) -> Prepared:
    """Return an INSERT that does nothing where a unique constraint is in the way."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return _counting(insert(_table(model)).on_conflict_do_nothing())


@cache
def _claiming(model: type[Model], names: tuple[str, ...]) -> Prepared:
    """Return the same for PostgreSQL, only where nobody else is about to."""
    given = [bindparam(f"{_NEW}{name}", type_=_table(model).c[name].type) for name in names]
    is_mine = func.pg_try_advisory_xact_lock(bindparam(_NUMBER, type_=BigInteger))
    statement = postgresql.insert(_table(model)).on_conflict_do_nothing()
    return _counting(statement.from_select(list(names), select(*given).where(is_mine)))


def whole(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with the defaults of what is left out, which Python makes."""
    defaults = ((column.name, column.default) for column in _table(model).c)
    made = {
        name: default.arg(None) if default.is_callable else default.arg
        for name, default in defaults
        if isinstance(default, ColumnDefault) and name not in values
    }
    return {**values, **made}


def _counting(statement: Insert) -> Prepared:
    return Prepared(statement.execution_options(preserve_rowcount=True))


def _table(model: type[Model]) -> Table:
    # Rows go in without the ORM: it would take longer than the database does.
    return cast("Table", model.__table__)


def lock_number(key: str) -> int:
    """Return the number of the lock that guards a key."""
    digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@dataclass(frozen=True)
class Book:
    """The rows that say what is taken.

    Attributes:
        session: A transaction.
        model: The rows; each has a position.
        scope: Columns, and their values, within which positions are unique.
    """

    session: Session
    model: type[AddressRow | MacPrefixRow | VlanRow]
    scope: Mapping[str, Any]

    @property
    def _position(self) -> Any:
        return self.model.position

    def _within(self) -> list[ColumnElement[bool]]:
        return [getattr(self.model, column) == value for column, value in self.scope.items()]

    def taken(self, positions: Iterable[int]) -> set[int]:
        """Return those of some positions that are taken."""
        query = select(self._position).where(*self._within(), self._position.in_(list(positions)))
        return set(self.session.scalars(query))

    def gaps(self, first: int, last: int) -> Iterator[Span]:
        """Yield runs of free positions between two positions, in their order."""
        lowest = select(func.min(self._position)).where(
            *self._within(), self._position.between(first, last)
        )
        taken = self.session.scalar(lowest)
        if taken is None or taken > first:
            yield first, last if taken is None else taken - 1
        while taken is not None:
            found = self._gaps_behind(taken, last)
            yield from found
            taken = found[-1][1] + 1 if len(found) == _GAPS_AT_ONCE else None

    def _gaps_behind(self, taken: int, last: int) -> list[Span]:
        """Return the next gaps behind a position that is taken.

        The rows come through the index in their order, and no more of them than are needed.
        """
        following = func.lead(self._position).over(order_by=self._position)
        rows = (
            select(self._position.label("position"), following.label("following"))
            .where(*self._within(), self._position.between(taken, last))
            .subquery()
        )
        ends = func.coalesce(rows.c.following, last + 1)
        query = (
            select(rows.c.position + 1, ends - 1)
            .where(ends > rows.c.position + 1)
            .order_by(rows.c.position)
            .limit(_GAPS_AT_ONCE)
        )
        return [(start, end) for start, end in self.session.execute(query)]


def draw(spans: Sequence[Span], book: Book, try_claim: Callable[[int], bool]) -> int | None:
    """Claim a free position of some spans and return it, or None when none is free.

    Args:
        spans: What may be claimed, without overlaps.
        book: What is taken.
        try_claim: Claims a position; false when it is taken.
    """
    return next((p for p in _candidates(spans, book) if try_claim(p)), None)


def some_of(spans: Sequence[Span], number: int) -> list[int]:
    """Return so many positions of some spans at random, which may be taken; none if they are empty."""
    total = sum(last - first + 1 for first, last in spans)
    return [_at(spans, _random.randrange(total)) for _ in range(number)] if total else []


def _candidates(spans: Sequence[Span], book: Book) -> Iterator[int]:
    """Yield positions that may be free: few at random, then many, then some of every gap."""
    total = sum(last - first + 1 for first, last in spans)
    if total == 0:
        return
    yield _at(spans, _random.randrange(total))
    sample = {_at(spans, _random.randrange(total)) for _ in range(_SAMPLE)}
    yield from sample - book.taken(sample)
    # From a random place on, so that those who come at once don't all want the same gap.
    for first, last in _rotated(spans, _at(spans, _random.randrange(total))):
        for start, end in book.gaps(first, last):
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
