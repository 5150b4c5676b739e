# SPDX-License-Identifier: Apache-2.0
"""What queries ask for: pages, orders and truths.

Source: docs.openstack.org/api-ref/block-storage/v3, "General API information".
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from synnefo_core.errors import InvalidField

MOST = 1000
"""The most things of a page."""

_WORDS = {
    **dict.fromkeys(("1", "t", "true", "on", "y", "yes"), True),
    **dict.fromkeys(("0", "f", "false", "off", "n", "no"), False),
}


def limit(query: Mapping[str, Any]) -> int:
    """Return the size of the page that a query asks for."""
    return min(int(query.get("limit", MOST)), MOST)


def truth(query: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    """Return whether a query says yes.

    Raises:
        InvalidField: It says neither yes nor no.
    """
    word = str(query.get(name, default)).strip().lower()
    if word not in _WORDS:
        raise InvalidField(name, f"{word} is neither true nor false")
    return _WORDS[word]


def choice(query: Mapping[str, Any], name: str) -> bool | None:
    """Return the same of a query that may leave it open: None for ``none`` and where it is not named.

    Raises:
        InvalidField: It says neither yes nor no.
    """
    if str(query.get(name, "none")).strip().lower() == "none":
        return None
    return truth(query, name)


def sort(query: Mapping[str, Any], columns: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Return the columns of an order with whether each descends: the newest first unless asked.

    Args:
        query: ``sort=KEY[:DIRECTION],…``, or the older ``sort_key`` and ``sort_dir``.
        columns: Our names of keys, by Cinder's.

    Raises:
        InvalidField: A key or a direction is not known.
    """
    if "sort" in query and ("sort_key" in query or "sort_dir" in query):
        field = "sort"
        raise InvalidField(field, "sort_key and sort_dir say the same in another way")
    if "sort" in query:
        pairs = [part.strip().partition(":") for part in query["sort"].split(",")]
        asked = [(key.strip(), direction.strip()) for key, _, direction in pairs]
    else:
        asked = [(query.get("sort_key", "created_at"), query.get("sort_dir", ""))]
    return [(_column(key, columns), _descends(direction)) for key, direction in asked]


def _column(key: str, columns: Mapping[str, str]) -> str:
    if key not in columns:
        field = "sort"
        raise InvalidField(field, f"{key[:255]} is nothing to sort by")
    return columns[key]


def _descends(direction: str) -> bool:
    if direction not in ("", "asc", "desc"):
        field = "sort"
        raise InvalidField(field, f"the direction is asc or desc, not {direction[:255]}")
    return direction != "asc"


def words(query: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return words with their values, which clients write as Python does: ``{'a': 'b'}``.

    Raises:
        InvalidField: It is written otherwise.
    """
    text = query.get(name, "{}")
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as cause:
        raise InvalidField(name, "it must be written like {'key': 'value'}") from cause
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise InvalidField(name, "it must be written like {'key': 'value'}")
    return {key: str(value) for key, value in found.items()}
