# SPDX-License-Identifier: Apache-2.0
"""Ranges of names, half open.

The name that follows another one at once is that with a NUL behind it. No name that is kept holds
one, so a range may begin or end there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Row, and_, true
from sqlalchemy.orm import InstrumentedAttribute

_NEXT = "\0"


@dataclass(frozen=True)
class Range:
    """Names from ``start`` to before ``end``; None: to the last."""

    start: str = ""
    end: str | None = None

    @classmethod
    def of_one(cls, name: str) -> Range:
        """Return the range of one name."""
        return cls(name, name + _NEXT)

    @property
    def is_of_one(self) -> bool:
        """Whether there is but one name in it."""
        return self.end == self.start + _NEXT

    def behind(self, name: str) -> Range:
        """Return what of it follows a name."""
        return Range(max(self.start, name + _NEXT), self.end)

    def before(self, name: str) -> Range:
        """Return what of it comes before a name."""
        return Range(self.start, name if self.end is None else min(self.end, name))

    def upto(self, name: str) -> Range:
        """Return what of it comes before a name, and that name."""
        return self.before(name + _NEXT)

    def within(self, other: Range) -> Range | None:
        """Return what two ranges have in common; None for nothing."""
        ends = [end for end in (self.end, other.end) if end is not None]
        start, end = max(self.start, other.start), min(ends, default=None)
        return Range(start, end) if end is None or start < end else None

    def has(self, name: str) -> bool:
        """Say whether a name is in it."""
        return self.start <= name and (self.end is None or name < self.end)

    def holds(self, name: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """Return the condition that a name is in it."""
        return self.shape.holds(name, self.values)

    @property
    def shape(self) -> Shape:
        """Return what of its condition does not depend on the names."""
        is_behind, is_upto = self.start.endswith(_NEXT), (self.end or "").endswith(_NEXT)
        low = ">" if is_behind else ">=" if self.start else ""
        high = "" if self.end is None else "<=" if is_upto else "<"
        return Shape(low, high)

    @property
    def values(self) -> dict[str, str]:
        """Return the names that belong to its shape."""
        low, high = self.start.removesuffix(_NEXT), (self.end or "").removesuffix(_NEXT)
        shape = self.shape
        return ({"low": low} if shape.low else {}) | ({"high": high} if shape.high else {})


class Shape(NamedTuple):
    """How a range compares names with its two ends; empty: not at all."""

    low: str
    high: str

    def holds(
        self,
        name: ColumnElement[str] | InstrumentedAttribute[str],
        ends: Mapping[str, Any],
    ) -> ColumnElement[bool]:
        """Return the condition; the ends may be names or parameters."""
        conditions: list[ColumnElement[bool]] = [true()]
        if self.low:
            conditions.append(name > ends["low"] if self.low == ">" else name >= ends["low"])
        if self.high:
            conditions.append(name <= ends["high"] if self.high == "<=" else name < ends["high"])
        return and_(*conditions)


class Source(Protocol):
    """Where rows come from; each has a column ``name``."""

    def batch(self, bounds: Range, limit: int, *, is_reverse: bool) -> Sequence[Row[Any]]:
        """Return the first rows within bounds, or the last."""


def chosen(choices: Mapping[Range, bool]) -> list[Range]:
    """Return in order what is chosen, where of ranges one in another the inner one counts.

    Two ranges have nothing in common, or one is in the other; each has an end.
    """
    found: list[Range] = []
    outer: list[Range] = []
    at = ""

    def go_on(to: str | None) -> None:
        nonlocal at
        if outer and choices[outer[-1]] and to is not None and at < to:
            if found and found[-1].end == at:
                found[-1] = Range(found[-1].start, to)
            else:
                found.append(Range(at, to))
        at = to or at

    for inner in _outer_first(choices):
        while outer and (outer[-1].end or "") <= inner.start:
            go_on(outer[-1].end)
            outer.pop()
        go_on(inner.start)
        outer.append(inner)
    while outer:
        go_on(outer[-1].end)
        outer.pop()
    return found


def _outer_first(ranges: Iterable[Range]) -> list[Range]:
    by_end = sorted(ranges, key=lambda each: each.end or "", reverse=True)
    return sorted(by_end, key=lambda each: each.start)
