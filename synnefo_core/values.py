# SPDX-License-Identifier: Apache-2.0
"""Frozen values by the hundred, as lists are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

Value = TypeVar("Value")


def made(
    kind: type[Value], names: Sequence[str], columns: Iterable[Any], /, **others: Any
) -> Value:
    """Return a frozen dataclass's value of all its fields, in a third of the time that its own way takes.

    That sets each field as if it might be refused. Here nothing is checked and nothing has a
    default: a test of each caller looks whether what it makes has all fields.

    Args:
        kind: The dataclass.
        names: The fields whose values ``columns`` begins with.
        columns: A row; what is behind those of ``names`` is not looked at.
        others: The other fields.
    """
    value = object.__new__(kind)
    fields = value.__dict__
    fields.update(zip(names, columns, strict=False))
    fields.update(others)
    return value
