# SPDX-License-Identifier: Apache-2.0
"""Frozen values by the hundred, as lists are made of."""

from __future__ import annotations

from typing import Any, TypeVar

Value = TypeVar("Value")


def made(kind: type[Value], /, **fields: Any) -> Value:
    """Return a frozen dataclass's value of all its fields, in a third of the time that its own way takes.

    That sets each field as if it might be refused. Here nothing is checked and nothing has a
    default: a test of each caller compares what it makes with what ``kind(**fields)`` makes.
    """
    value = object.__new__(kind)
    value.__dict__.update(fields)
    return value
