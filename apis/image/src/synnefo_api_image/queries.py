# SPDX-License-Identifier: Apache-2.0
"""Glance's query parameters: filters, sorting and paging.

Source: OpenStack Image API v2, "List images".
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import synnefo_image
from synnefo_core.errors import InvalidField
from synnefo_image import Bound, Selection

PAGE = 25
MOST = 1000

_SORTED = {
    "id": "id",
    "name": "name",
    "status": "status",
    "size": "size_bytes",
    "disk_format": "disk_format",
    "container_format": "container_format",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
_TEXTS = {
    "id": "id",
    "name": "name",
    "status": "status",
    "owner": "owner",
    "checksum": "checksum",
    "os_hash_value": "hash_value",
    "disk_format": "disk_format",
    "container_format": "container_format",
}
_NUMBERS = {"min_disk": "min_disk_gib", "min_ram": "min_ram_mib", "size": "size_bytes"}
_WORDS = {"true": True, "1": True, "false": False, "0": False}
_OTHER = frozenset(
    {"limit", "marker", "sort", "sort_key", "sort_dir", "visibility", "tag", "size_min"}
    | {"size_max", "protected", "os_hidden", "member_status"}
)
_TIMES = frozenset({"created_at", "updated_at"})
_COMPARISONS = frozenset({"eq", "neq", "gt", "gte", "lt", "lte"})


def limit(query: Mapping[str, Any]) -> int:
    """Return the size of the page that a query asks for."""
    return min(int(query.get("limit", PAGE)), MOST)


def selection(query: Mapping[str, Any]) -> Selection:
    """Return what a query asks for.

    Raises:
        InvalidField: A value is not of its attribute's type, or the order makes no sense.
    """
    where: dict[str, list[Any]] = {}
    for name, ours in _TEXTS.items():
        if name in query:
            where[ours] = _values(name, query[name])
    for name, ours in _NUMBERS.items():
        if name in query:
            where[ours] = [int(query[name])]
    if "protected" in query:
        where["is_protected"] = [_truth("protected", query)]
    known = _TEXTS.keys() | _NUMBERS.keys() | _OTHER | _TIMES
    return Selection(
        where=where,
        properties={name: value for name, value in query.items() if name not in known},
        tags=query.get("tag", []),
        visibility=query.get("visibility"),
        member_status=query.get("member_status", synnefo_image.states.ACCEPTED),
        bounds=[_bound(name, query[name]) for name in sorted(_TIMES & query.keys())],
        is_hidden=_truth("os_hidden", query),
        least_bytes=int(query["size_min"]) if "size_min" in query else None,
        most_bytes=int(query["size_max"]) if "size_max" in query else None,
        order=_order(query),
        marker=query.get("marker"),
        limit=limit(query),
    )


def _values(name: str, text: str) -> list[str]:
    """Return the accepted values: one, or those of ``in:a,"b c"``."""
    if not text.startswith("in:"):
        return [text]
    try:
        return next(csv.reader([text[3:]], strict=True))
    except (csv.Error, StopIteration) as cause:
        raise InvalidField(name, f"{text!r} is not a list of values") from cause


def _bound(name: str, text: str) -> Bound:
    """Return the comparison with a moment: ``gt:2026-01-31T12:00:00Z``, or the moment alone."""
    comparison, colon, moment = text.partition(":")
    if comparison not in _COMPARISONS or not colon:
        comparison, moment = "eq", text
    try:
        value = datetime.fromisoformat(moment)
    except ValueError as cause:
        raise InvalidField(name, f"{moment!r} is not a moment as of ISO 8601") from cause
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return Bound(name, comparison, value.timestamp())


def _truth(name: str, query: Mapping[str, Any]) -> bool:
    text = str(query.get(name, "false")).lower()
    if text not in _WORDS:
        raise InvalidField(name, f"{text!r} is neither true nor false")
    return _WORDS[text]


def _order(query: Mapping[str, Any]) -> list[tuple[str, bool]]:
    keys, directions = query.get("sort_key", []), query.get("sort_dir", [])
    if "sort" in query:
        if keys or directions:
            raise InvalidField("sort", "sort_key and sort_dir say the same in another way")
        pairs = [part.partition(":") for part in query["sort"].split(",")]
        keys = [key.strip() for key, _, _ in pairs]
        directions = [direction.strip() or "desc" for _, _, direction in pairs]
    if len(directions) == 1:
        directions = directions * max(1, len(keys))
    keys = keys or ["created_at"]
    directions = directions or ["desc"] * len(keys)
    if len(directions) != len(keys) or not set(directions) <= {"asc", "desc"}:
        raise InvalidField("sort", "there must be one direction, asc or desc, for each key")
    unknown = sorted(set(keys) - set(_SORTED))
    if unknown:
        raise InvalidField("sort", f"{', '.join(unknown)} is not an attribute to sort by")
    return [
        (_SORTED[key], direction == "desc") for key, direction in zip(keys, directions, strict=True)
    ]
