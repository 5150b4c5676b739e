# SPDX-License-Identifier: Apache-2.0
"""Where the rows of a listing come from: statements that are made once for each shape of a range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Integer, Row, Select, bindparam
from sqlalchemy.orm import Session

from synnefo_core.db.prepared import Prepared
from synnefo_object_store import folders
from synnefo_object_store.ranges import Range, Shape, Source
from synnefo_object_store.values import Window

_ENDS: Mapping[str, Any] = {"low": bindparam("low"), "high": bindparam("high")}


class Scanned:
    """A query whose rows have names by which they are scanned.

    Attributes:
        query: It; what changes from time to time is a parameter of it.
    """

    def __init__(self, query: Select[Any], name: Column[str]) -> None:
        self.query, self._name = query, name
        self._pages: dict[tuple[Shape, bool], Prepared] = {}
        self._runs: dict[tuple[Shape, str], Prepared] = {}

    def page(self, shape: Shape, *, is_reverse: bool) -> Prepared:
        """Return what finds the first rows in a range, or the last; of its values one is ``most``."""
        found = self._pages.get((shape, is_reverse))
        if found is None:
            order = self._name.desc() if is_reverse else self._name.asc()
            query = self.query.where(shape.holds(self._name, _ENDS)).order_by(order)
            found = Prepared(query.limit(bindparam("most", type_=Integer)))
            self._pages[shape, is_reverse] = found
        return found

    def run(self, shape: Shape, dialect: str) -> Prepared:
        """Return what finds the folders in a range; see :func:`folders.prepared`."""
        found = self._runs.get((shape, dialect))
        if found is None:
            names = self.query.with_only_columns(self._name)
            end = Shape("", shape.high).holds(self._name, _ENDS)
            first = Shape(shape.low, "").holds(self._name, _ENDS)
            found = folders.prepared(names.where(end), self._name, first=first, dialect=dialect)
            self._runs[shape, dialect] = found
        return found


@dataclass(frozen=True)
class Whole:
    """All that a query finds with some values."""

    session: Session
    scanned: Scanned
    values: Mapping[str, Any]

    def batch(self, bounds: Range, limit: int, *, is_reverse: bool) -> Sequence[Row[Any]]:
        """Return the first rows within bounds, or the last."""
        page = self.scanned.page(bounds.shape, is_reverse=is_reverse)
        return page.all(self.session, {**self.values, **bounds.values, "most": limit})

    def run(self, bounds: Range, window: Window, most: int) -> list[str]:
        """Return names of the next folders, and the first one behind them that is in none."""
        run = self.scanned.run(bounds.shape, self.session.get_bind().dialect.name)
        told = folders.values(window.prefix, window.delimiter, most)
        rows = run.all(self.session, {**self.values, **bounds.values, **told})
        return [row.name for row in rows]


@dataclass(frozen=True)
class Once:
    """What a query finds that is made for one request."""

    session: Session
    query: Select[Any]
    name: Column[str]

    def batch(self, bounds: Range, limit: int, *, is_reverse: bool) -> Sequence[Row[Any]]:
        """Return the first rows within bounds, or the last."""
        order = self.name.desc() if is_reverse else self.name.asc()
        query = self.query.where(bounds.holds(self.name)).order_by(order).limit(limit)
        return self.session.execute(query).all()


@dataclass(frozen=True)
class Either:
    """What any of several sources has."""

    sources: Sequence[Source]

    def batch(self, bounds: Range, limit: int, *, is_reverse: bool) -> Sequence[Row[Any]]:
        """Return the first rows within bounds, or the last."""
        parts = (each.batch(bounds, limit, is_reverse=is_reverse) for each in self.sources)
        rows = {row.name: row for part in parts for row in part}
        return [rows[name] for name in sorted(rows, reverse=is_reverse)[:limit]]
