# SPDX-License-Identifier: Apache-2.0
"""Moves the bounds of several holdings by one statement of PostgreSQL's, all or none.

The statement is the same for any number of holdings, so the driver reads and the server plans it
once: what is to be moved is one value. Holdings are locked in the order in which they are named, as
those do that move one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    cast,
    column,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from synnefo_core.db.prepared import Prepared
from synnefo_quota.models import HoldingRow


@dataclass(frozen=True)
class Move:
    """By how much the bounds of a holding move, and which of them are looked at."""

    holder: str
    source: str
    resource: str
    to_min: int
    to_max: int
    is_growing: bool
    is_shrinking: bool


def move(session: Session, moves: Sequence[Move]) -> int:
    """Move the bounds of holdings, each named once, in the order in which they are locked.

    Returns:
        How many were moved: all, or none if one is not there or may not be moved so. If one is
        not there none is locked, either: who makes it must come to it in its turn.
    """
    if not moves:
        return 0
    wanted = [asdict(each) | {"place": place} for place, each in enumerate(moves)]
    values = {"wanted": json.dumps(wanted), "number": len(wanted)}
    return _MOVE.execute(session, values)


_holding: Table = HoldingRow.__table__  # type: ignore[assignment]  # declared as FromClause
_wanted = (
    func.json_to_recordset(cast(bindparam("wanted", type_=String), JSON))
    .table_valued(
        column("place", Integer),
        column("holder", String),
        column("source", String),
        column("resource", String),
        column("to_min", BigInteger),
        column("to_max", BigInteger),
        column("is_growing", Boolean),
        column("is_shrinking", Boolean),
        name="wanted",
    )
    .render_derived(with_types=True)
)
_NUMBER = bindparam("number", type_=BigInteger)
_named = _holding.join(
    _wanted,
    and_(*(_holding.c[name] == _wanted.c[name] for name in ("holder", "source", "resource"))),
)
_locked = (
    select(
        _holding.c.id,
        _holding.c.limit,
        _holding.c.usage_min,
        _holding.c.usage_max,
        _wanted.c.to_min,
        _wanted.c.to_max,
        _wanted.c.is_growing,
        _wanted.c.is_shrinking,
    )
    .select_from(_named)
    .where(select(func.count()).select_from(_named).scalar_subquery() == _NUMBER)
    .order_by(_wanted.c.place)
    .with_for_update(of=_holding)
    .cte("locked")
)
_fit = select(
    func.count() == _NUMBER,
).where(
    or_(~_locked.c.is_growing, _locked.c.usage_max + _locked.c.to_max <= _locked.c.limit),
    or_(~_locked.c.is_shrinking, _locked.c.usage_min + _locked.c.to_min >= 0),
)
# What is added to are the values that were read under the lock: the row's own may be those of before
# another transaction's change, of which PostgreSQL checks the constraints before it looks again.
_MOVE = Prepared(
    update(_holding)
    .where(_holding.c.id == _locked.c.id, _fit.scalar_subquery())
    .values(
        usage_min=_locked.c.usage_min + _locked.c.to_min,
        usage_max=_locked.c.usage_max + _locked.c.to_max,
    )
)
