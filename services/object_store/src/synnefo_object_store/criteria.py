# SPDX-License-Identifier: Apache-2.0
"""What a listing asks of the metadata of objects, and a scan for those that answer (PIT-038)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from synnefo_core.errors import Invalid
from synnefo_object_store.limits import LIMITS, check_text
from synnefo_object_store.ranges import Range, Source

IS_THERE, IS_NOT_THERE = "", "!"
"""The operators of a criterion that asks for a key, whatever its value."""

_AT_ONCE = 1000
"""So many rows are looked at in one statement, and held at most beside those that are shown."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?")
_EQUAL: Mapping[str, Callable[[str, str], bool]] = {"=": operator.eq, "!=": operator.ne}
_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Criterion:
    """A question about metadata.

    Attributes:
        key: As metadata are kept: ``Words-With-Dashes``.
        operator: :data:`IS_THERE`, :data:`IS_NOT_THERE`, or one of ``= != < <= > >=``, to which
            only an object that has the key answers yes. Two numbers are ordered as numbers,
            anything else as text.
        value: What is compared with.
    """

    key: str
    operator: str = IS_THERE
    value: str = ""

    def check(self) -> None:
        """Refuse a question that can't be asked.

        Raises:
            Invalid: It is of no metadata that there could be.
        """
        check_text("metadata name", self.key, LIMITS.meta_name_bytes)
        if self.value:
            check_text("metadata value", self.value, LIMITS.meta_value_bytes)
        if self.operator not in {IS_THERE, IS_NOT_THERE, *_EQUAL, *_ORDERED}:
            raise Invalid(f"there is no operator {self.operator}")

    def holds(self, metadata: Mapping[str, str]) -> bool:
        """Say whether metadata answer yes."""
        value = metadata.get(self.key)
        if self.operator in (IS_THERE, IS_NOT_THERE):
            return (value is None) == (self.operator == IS_NOT_THERE)
        if value is None:
            return False
        if self.operator in _EQUAL:
            return _EQUAL[self.operator](value, self.value)
        if _NUMBER.fullmatch(value) and _NUMBER.fullmatch(self.value):
            return _ORDERED[self.operator](Decimal(value), Decimal(self.value))
        return _ORDERED[self.operator](value, self.value)


class Matching:
    """The rows of a source whose metadata answer yes to all criteria.

    All rows in the window are looked at, in order and each once, until there are as many as are
    shown. What was found ahead is kept for the next batch: the bounds only ever become narrower.
    """

    def __init__(self, source: Source, criteria: Sequence[Criterion]) -> None:
        """Look at a source whose rows have a column ``metadata``."""
        self._source, self._criteria = source, criteria
        self._ahead: list[Row[Any]] = []
        self._rest: Range | None = Range()

    def batch(self, bounds: Range, limit: int, *, is_reverse: bool) -> Sequence[Row[Any]]:
        """Return the first rows within bounds, or the last."""
        self._ahead = [row for row in self._ahead if bounds.has(row.name)]
        self._rest = self._rest and self._rest.within(bounds)
        while self._rest is not None and len(self._ahead) < limit:
            rows = self._source.batch(self._rest, _AT_ONCE, is_reverse=is_reverse)
            self._ahead += [row for row in rows if self._holds(row)]
            if len(rows) < _AT_ONCE:
                self._rest = None
            elif is_reverse:
                self._rest = self._rest.before(rows[-1].name)
            else:
                self._rest = self._rest.behind(rows[-1].name)
        return self._ahead[:limit]

    def _holds(self, row: Row[Any]) -> bool:
        return all(criterion.holds(row.metadata) for criterion in self._criteria)
