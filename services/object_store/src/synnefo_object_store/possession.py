# SPDX-License-Identifier: Apache-2.0
"""Which blocks a project has shown to have.

A map may name only such, so knowing a digest gives nobody a file (PIT-052).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from synnefo_blocks import ZERO_BLOCK, split
from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Change, Prepared
from synnefo_object_store.models import PossessionRow

_possession: Table = PossessionRow.__table__  # type: ignore[assignment]  # declared as FromClause

_AT_ONCE = 500
"""Databases bound the number of values in a statement."""

_ADD = {
    True: Prepared(sqlite.insert(_possession).on_conflict_do_nothing()),
    False: Prepared(postgresql.insert(_possession).on_conflict_do_nothing()),
}


def change(context: RequestContext, *, project_id: str, names: bytes) -> list[Change]:
    """Return the changes that note that a project has blocks; ``names`` are concatenated.

    In one order for all, so that two writers never wait for each other in a circle.
    """
    now, statement = context.now(), _ADD[context.cloud.database.is_sqlite]
    return [
        Change(statement, {"project_id": project_id, "digest": name, "added_at": now})
        for name in sorted(set(split(names)) - {ZERO_BLOCK})
    ]


def add(session: Session, changes: Sequence[Change]) -> None:
    """Note it, however many blocks there are."""
    if changes:
        session.execute(changes[0].statement.statement, [each.values for each in changes])


def among(context: RequestContext, project_id: str, names: Sequence[bytes]) -> frozenset[bytes]:
    """Return which of some blocks a project has shown to have."""
    found: set[bytes] = set()
    with context.reading() as session:
        for first in range(0, len(names), _AT_ONCE):
            query = select(_possession.c.digest).where(
                _possession.c.project_id == project_id,
                _possession.c.digest.in_(names[first : first + _AT_ONCE]),
            )
            found.update(session.scalars(query))
    return frozenset(found)
