# SPDX-License-Identifier: Apache-2.0
"""Read typed values out of JSON, or say that the answer is malformed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from synnefo_backend_ganeti.rapi.errors import MalformedAnswer

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
T = TypeVar("T")


@dataclass(frozen=True)
class Record:
    """A JSON object read field by field.

    The plain readers want the field; those called ``maybe_…`` turn a missing
    field and null into None. A value of another type is a :class:`MalformedAnswer`
    in both.
    """

    values: Mapping[str, Json]

    @classmethod
    def of(cls, value: Json) -> Record:
        """Take a JSON value that should be an object."""
        if not isinstance(value, dict):
            raise MalformedAnswer(f"an object was expected, not {type(value).__name__}")
        return cls(value)

    def maybe_text(self, name: str) -> str | None:
        """Return a string, or None."""
        return self._typed(name, str)

    def text(self, name: str) -> str:
        """Return a string."""
        return self._there(name, self.maybe_text(name))

    def maybe_integer(self, name: str) -> int | None:
        """Return a whole number, or None."""
        return self._typed(name, int)

    def integer(self, name: str) -> int:
        """Return a whole number."""
        return self._there(name, self.maybe_integer(name))

    def maybe_number(self, name: str) -> float | None:
        """Return a number, or None."""
        value = self.values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        return self._typed(name, float)

    def maybe_claim(self, name: str) -> bool | None:
        """Return a boolean, or None."""
        return self._typed(name, bool)

    def claim(self, name: str) -> bool:
        """Return a boolean."""
        return self._there(name, self.maybe_claim(name))

    def maybe_items(self, name: str) -> list[Json] | None:
        """Return a list, or None."""
        value = self.values.get(name)
        return value if value is None else items(value)

    def items(self, name: str) -> list[Json]:
        """Return a list."""
        return self._there(name, self.maybe_items(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings."""
        return texts(self.items(name))

    def record(self, name: str) -> Record:
        """Return the object in a field."""
        return Record.of(self.values.get(name))

    def _typed(self, name: str, kind: type[T]) -> T | None:
        value = self.values.get(name)
        if value is None:
            return None
        # bool is a subclass of int, and true is no number.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise MalformedAnswer(f"field {name!r} should be of type {kind.__name__}")
        return value

    def _there(self, name: str, value: T | None) -> T:
        if value is None:
            raise MalformedAnswer(f"field {name!r} is missing")
        return value


def items(value: Json) -> list[Json]:
    """Take a JSON value that should be a list."""
    if not isinstance(value, list):
        raise MalformedAnswer(f"a list was expected, not {type(value).__name__}")
    return value


def texts(value: Json) -> tuple[str, ...]:
    """Take a JSON value that should be a list of strings."""
    found = tuple(item for item in items(value) if isinstance(item, str))
    if len(found) != len(items(value)):
        raise MalformedAnswer("a list of strings was expected")
    return found


def integer(value: Json) -> int:
    """Take a JSON value that should be a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise MalformedAnswer(f"a number was expected, not {type(value).__name__}")
    return value
