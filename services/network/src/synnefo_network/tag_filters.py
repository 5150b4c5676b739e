# SPDX-License-Identifier: Apache-2.0
"""Which things have tags, for lists; and things that go, with their tags.

Source: OpenStack Networking API v2.0, "Filtering by tags".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from synnefo_network.models import TagRow

FILTERS = frozenset({"tags", "tags-any", "not-tags", "not-tags-any"})
"""What a listing may ask for: all of some tags, any of them, and the opposites."""


def condition(row_id: Any, name: str, tags: Sequence[str]) -> ColumnElement[bool]:
    """Return what is true of the rows that a filter by tags lets pass.

    Args:
        row_id: The column of the rows' ids.
        name: One of :data:`FILTERS`.
        tags: The tags that are meant.
    """
    wanted = set(tags)
    found = select(TagRow.thing_id).where(TagRow.tag.in_(wanted))
    if not name.endswith("-any"):
        found = _with_all(wanted)
    is_there: ColumnElement[bool] = row_id.in_(found)
    return ~is_there if name.startswith("not-") else is_there


def _with_all(wanted: set[str]) -> Any:
    """Return the ids of the things that have every one of some tags."""
    first, *others = sorted(wanted) or [""]
    query = select(TagRow.thing_id).where(TagRow.tag == first)
    for tag in others:
        query = query.where(TagRow.thing_id.in_(select(TagRow.thing_id).where(TagRow.tag == tag)))
    return query


def forget(session: Session, thing_ids: Iterable[str]) -> None:
    """Delete the tags of things that go."""
    session.execute(delete(TagRow).where(TagRow.thing_id.in_(list(thing_ids))))
