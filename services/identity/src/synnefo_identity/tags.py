# SPDX-License-Identifier: Apache-2.0
"""Tags: words on projects, by which clients find them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, not_, select
from sqlalchemy.orm import Session

from synnefo_core.errors import InvalidField
from synnefo_identity.listing import by_id
from synnefo_identity.models import ProjectRow, TagRow

MOST = 80
"""How many a project may have."""
LONGEST = 255
_NEVER = re.compile(r"[/,\x00\ud800-\udfff]")
"""What has a meaning in the paths and queries in which tags stand, and what no database keeps."""


@dataclass(frozen=True)
class Tagged:
    """Which projects a list leaves in, by their tags; empty: no matter.

    Attributes:
        every: Those that have all of these.
        some: Those that have one of these.
        not_every: Those that lack one of these.
        none: Those that have none of these.
    """

    every: Sequence[str] = ()
    some: Sequence[str] = ()
    not_every: Sequence[str] = ()
    none: Sequence[str] = ()


ANY = Tagged()


def where(query: Select[Any], tagged: Tagged) -> Select[Any]:
    """Leave in a query of projects those that are tagged so."""
    if tagged.every:
        query = query.where(*map(_has, tagged.every))
    if tagged.some:
        query = query.where(_has_some(tagged.some))
    if tagged.not_every:
        query = query.where(not_(and_(*map(_has, tagged.not_every))))
    if tagged.none:
        query = query.where(not_(_has_some(tagged.none)))
    return query


def _has(tag: str) -> ColumnElement[bool]:
    return _has_some([tag])


def _has_some(tags: Sequence[str]) -> ColumnElement[bool]:
    return ProjectRow.id.in_(select(TagRow.project_id).where(TagRow.name.in_(tags)))


def of(session: Session, project_ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the tags of projects, sorted; those without any are left out."""
    found = by_id(session, TagRow.project_id, project_ids, TagRow.project_id, TagRow.name)
    return {
        project_id: tuple(name for _, name in rows)
        for project_id, rows in groupby(sorted(map(tuple, found)), key=lambda row: row[0])
    }


def write(session: Session, project_id: str, tags: Iterable[str]) -> tuple[str, ...]:
    """Give a project these tags and no others; return them, sorted.

    Raises:
        InvalidField: One can't be a tag, or there are too many.
    """
    wanted = tuple(sorted(set(tags)))
    if len(wanted) > MOST:
        raise InvalidField("tags", f"a project has at most {MOST}")
    for tag in wanted:
        if not 0 < len(tag) <= LONGEST or _NEVER.search(tag):
            raise InvalidField("tags", f"a tag has 1 to {LONGEST} characters, no slash, no comma")
    theirs = delete(TagRow).where(TagRow.project_id == project_id, TagRow.name.not_in(wanted))
    session.execute(theirs.execution_options(synchronize_session=False))
    present = set(of(session, [project_id]).get(project_id, ()))
    session.add_all(TagRow(project_id=project_id, name=tag) for tag in wanted if tag not in present)
    session.flush()
    return wanted
