# SPDX-License-Identifier: Apache-2.0
"""Regular expressions that strangers send, for the database to search with.

Databases try for as long as it takes: an expression of nested or many repetitions takes for ever. So
only a part of the language is understood: characters, classes of them, the beginning and the end,
alternatives, and a few repetitions of a single character.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from synnefo_core.errors import InvalidField

LONGEST = 255
MOST_REPETITIONS = 2
"""With a third one, 255 characters take Python's own (of SQLite) seconds."""

_CHARACTER = r"(?:\\[^\w\s]|\\[dwsDWS]|\[\^?[^][\\^]+\]|[^][\\(){}*+?^$|\x00])"
_EXPRESSION = re.compile(rf"(?:{_CHARACTER}[*+?]?|[\^$|])*")
_REPETITION = re.compile(rf"{_CHARACTER}[*+?]")


def matching(
    field: str, column: ColumnElement[str] | InstrumentedAttribute[str], pattern: str
) -> ColumnElement[bool]:
    """Return the condition that something in a text matches a pattern.

    Args:
        field: What the pattern was sent as.
        column: The text.
        pattern: A regular expression.

    Raises:
        InvalidField: It is none, or more than is understood.
    """
    if len(pattern) > LONGEST or not _is_understood(pattern):
        raise InvalidField(
            field, f"{pattern[:LONGEST]!r} is no regular expression that is understood"
        )
    found: ColumnElement[Any] = column.regexp_match(pattern)
    return found


def _is_understood(pattern: str) -> bool:
    if not _EXPRESSION.fullmatch(pattern) or len(_REPETITION.findall(pattern)) > MOST_REPETITIONS:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
