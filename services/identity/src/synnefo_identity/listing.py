# SPDX-License-Identifier: Apache-2.0
"""Lists: which rows, and which page of them. All are ordered by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from synnefo_core.db.paging import page as cut
from synnefo_core.errors import InvalidField

Row = TypeVar("Row")
Key = TypeVar("Key", str, int)
Text = InstrumentedAttribute[str]

NAME_TESTS: Mapping[str, Callable[[Text, str], ColumnElement[bool]]] = {
    "": lambda column, value: column == value,
    "contains": lambda column, value: column.contains(value, autoescape=True),
    "icontains": lambda column, value: func.lower(column).contains(value.lower(), autoescape=True),
    "startswith": lambda column, value: column.startswith(value, autoescape=True),
    "istartswith": lambda column, value: func.lower(column).startswith(
        value.lower(), autoescape=True
    ),
    "endswith": lambda column, value: column.endswith(value, autoescape=True),
    "iendswith": lambda column, value: func.lower(column).endswith(value.lower(), autoescape=True),
}
"""Ways to compare a name, by the word behind ``name__``."""


@dataclass(frozen=True)
class Page:
    """Where a page begins (behind the row of this id) and how long it is at most."""

    limit: int | None = None
    marker: str | None = None


WHOLE = Page()


@dataclass(frozen=True)
class Filter:
    """What a list leaves in; None and empty: no matter.

    Attributes:
        domain_id: Things of this domain.
        is_enabled: Enabled or disabled things.
        names: Pairs of a key of :data:`NAME_TESTS` and a value, all of which must be true.
    """

    domain_id: str | None = None
    is_enabled: bool | None = None
    names: Sequence[tuple[str, str]] = field(default_factory=tuple)


EVERYTHING = Filter()

_AT_ONCE = 500


def by_id(session: Session, column: Any, ids: Iterable[Key], *columns: Any) -> Iterator[Any]:
    """Yield ``columns`` of the rows whose ``column`` is one of many values."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _AT_ONCE):
        # Databases bound the number of values in a statement.
        some = wanted[start : start + _AT_ONCE]
        yield from session.execute(select(*columns).where(column.in_(some)))


def rows(
    session: Session, query: Select[Any], model: type[Row], *, only: Filter, page: Page
) -> Sequence[Row]:
    """Return one page of a query's rows, which are of ``model``."""
    table: Any = model
    if only.domain_id is not None:
        query = query.where(table.domain_id == only.domain_id)
    if only.is_enabled is not None:
        query = query.where(table.is_enabled == only.is_enabled)
    for test, value in only.names:
        if test not in NAME_TESTS:
            raise InvalidField(f"name__{test}", f"must be one of {', '.join(NAME_TESTS)}")
        query = query.where(NAME_TESTS[test](table.name, value))
    marker = None if page.marker is None else (page.marker,)
    found: Sequence[Row] = session.scalars(
        cut(query, [(table.id, False)], limit=page.limit, marker=marker)
    ).all()
    return found
