# SPDX-License-Identifier: Apache-2.0
"""What a unit of work does to the ledger: collected, then written as its last statements.

Charges, limits, commissions issued and commissions resolved all come through here, so the
holdings of one transaction are locked in one fixed order, by their keys, whatever the order
of the calls: no two transactions ever wait for each other in a circle. And the rows that many
want are locked for the shortest time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import takewhile
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, Update, bindparam, select, update
from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Change as Movement, Prepared
from synnefo_core.db.session import add_if_absent, defer
from synnefo_core.errors import CloudError, QuotaExceeded
from synnefo_quota import registry, together
from synnefo_quota.models import HoldingRow, ProvisionLogRow
from synnefo_quota.provisions import Key, NothingToGiveBack, Provision, ProvisionRefused
from synnefo_quota.together import Move

_COLLECTED = "quota_collected"


@dataclass
class Change:
    """What becomes of one holding.

    Attributes:
        limit: Its new limit, None to leave it.
        to_min: By how much ``usage_min`` moves.
        to_max: By how much ``usage_max`` moves.
        is_bounded: Whether its growth must stay within the limit.
        asked: The provision that asked for it, if it was not a charge.
        entries: What is to be logged, without the values that are known only then.
    """

    limit: int | None = None
    to_min: int = 0
    to_max: int = 0
    is_bounded: bool = False
    asked: Provision | None = None
    entries: list[ProvisionLogRow] = field(default_factory=list)

    def charge(self, amount: int, *, is_forced: bool = False) -> None:
        """Use so much, or give it back, at once; forced, the limit may be passed."""
        self.to_min += amount
        self.to_max += amount
        self.is_bounded |= amount > 0 and not is_forced

    def issue(self, provision: Provision, *, is_forced: bool) -> None:
        """Promise: an increase takes room already, a decrease gives none yet."""
        self.asked = provision
        if provision.quantity > 0:
            self.to_max += provision.quantity
            self.is_bounded |= not is_forced
        else:
            self.to_min += provision.quantity

    def resolve(self, quantity: int, *, is_accepted: bool) -> None:
        """Keep a promise by moving the other bound as far, or take it back."""
        if is_accepted:
            self._move(quantity, is_max=quantity < 0)
        else:
            self._move(-quantity, is_max=quantity > 0)

    def _move(self, amount: int, *, is_max: bool) -> None:
        if is_max:
            self.to_max += amount
        else:
            self.to_min += amount

    @property
    def is_growing(self) -> bool:
        """Whether the limit is looked at."""
        return self.is_bounded and self.to_max > 0

    @property
    def is_shrinking(self) -> bool:
        """Whether it is looked at that nothing falls below zero."""
        return self.to_min < 0

    @property
    def is_simple(self) -> bool:
        """Whether nothing but the bounds is to be moved, and nothing told of it."""
        return self.limit is None and not self.entries and bool(self.to_min or self.to_max)

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to write but a limit."""
        return bool(self.to_min or self.to_max or self.entries)


def change(context: RequestContext, session: Session, key: Key) -> Change:
    """Return what this unit of work does to a holding, to be added to."""
    collected: dict[Key, Change] = session.info.setdefault(_COLLECTED, {})
    defer(session, "quota", partial(_settle, context.cloud))
    return collected.setdefault(key, Change())


def _settle(cloud: Cloud, session: Session) -> None:
    collected: dict[Key, Change] = session.info.pop(_COLLECTED, {})
    registry.register(cloud, session, {resource for _, _, resource in collected})
    keys = sorted(collected)
    left = keys[_move(session, keys, collected) :]
    # Looked for once, and only if a holding is missing.
    defaults = cache(lambda: registry.Defaults(cloud, {holder for holder, _, _ in left}))
    for key in left:
        wanted = collected[key]
        if wanted.limit is not None:
            _limit(session, key, wanted.limit)
        if wanted.is_needed:
            _write(session, key, wanted, defaults=defaults)


def _move(session: Session, keys: Sequence[Key], collected: Mapping[Key, Change]) -> int:
    """Move the bounds of the first holdings whose changes are no more than that; return how many."""
    simple = list(takewhile(lambda key: collected[key].is_simple, keys))
    if session.get_bind().dialect.name == "postgresql":
        return together.move(session, [_named_move(key, collected[key]) for key in simple])
    movements = (_movement(_MOVES, key, collected[key]) for key in simple)
    done = (each.statement.execute(session, each.values) for each in movements)
    return sum(1 for _ in takewhile(bool, done))


def _named_move(key: Key, wanted: Change) -> Move:
    return Move(
        *key,
        to_min=wanted.to_min,
        to_max=wanted.to_max,
        is_growing=wanted.is_growing,
        is_shrinking=wanted.is_shrinking,
    )


def _limit(session: Session, key: Key, limit: int) -> None:
    if not _add(session, key, limit):
        session.execute(_LIMIT, {**_named(key), "new_limit": limit})


def _write(
    session: Session, key: Key, wanted: Change, *, defaults: Callable[[], registry.Defaults]
) -> None:
    standing = _try(session, key, wanted)
    if standing is None:
        _add(session, key, defaults().limit(key))
        standing = _try(session, key, wanted)
    if standing is None:
        raise _refusal(session, key, wanted)
    for entry in wanted.entries:
        entry.limit = standing.limit
        entry.usage_min, entry.usage_max = standing.usage_min, standing.usage_max
        session.add(entry)


def _try(session: Session, key: Key, wanted: Change) -> Any | None:
    """Move both bounds of a holding, if it is there and that is allowed; return how it stands."""
    movement = _movement(_MOVES_TOLD, key, wanted)
    return movement.statement.first(session, movement.values)


def _movement(moves: Mapping[tuple[bool, bool], Prepared], key: Key, wanted: Change) -> Movement:
    values = {**_named(key), "to_min": wanted.to_min, "to_max": wanted.to_max}
    return Movement(moves[wanted.is_growing, wanted.is_shrinking], values)


def _refusal(session: Session, key: Key, wanted: Change) -> CloudError | RuntimeError:
    row = session.scalars(select(HoldingRow).where(*at(key))).one()
    asked = wanted.asked
    if wanted.to_min < 0 and row.usage_min + wanted.to_min < 0:
        if asked is not None:
            return NothingToGiveBack(asked, usage=row.usage_min)
        msg = f"usage of {key} would fall below zero: {row.usage_min} by {wanted.to_min}"
        return RuntimeError(msg)
    if asked is not None:
        return ProvisionRefused(asked, limit=row.limit, usage=row.usage_max)
    return QuotaExceeded(key[2], wanted.to_max, max(0, row.limit - row.usage_max))


def _add(session: Session, key: Key, limit: int) -> bool:
    """Make a holding unless it is there; another transaction may be making it too."""
    holder, source, resource = key
    row = {"holder": holder, "source": source, "resource": resource, "limit": limit}
    return add_if_absent(session, HoldingRow, {**row, "usage_min": 0, "usage_max": 0})


def at(key: Key) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that name one holding."""
    holder, source, resource = key
    return (
        HoldingRow.holder == holder,
        HoldingRow.source == source,
        HoldingRow.resource == resource,
    )


def _named(key: Key) -> dict[str, Any]:
    holder, source, resource = key
    return {"of": holder, "out_of": source, "what": resource}


# Made once: to build them anew took longer than to execute them.
_holding: Table = HoldingRow.__table__  # type: ignore[assignment]  # declared as FromClause
_TO_MIN = bindparam("to_min", type_=BigInteger)
_TO_MAX = bindparam("to_max", type_=BigInteger)
_AT = update(_holding).where(
    _holding.c.holder == bindparam("of"),
    _holding.c.source == bindparam("out_of"),
    _holding.c.resource == bindparam("what"),
)
_LIMIT = _AT.values(limit=bindparam("new_limit", type_=BigInteger))


def _moving(*, is_growing: bool, is_shrinking: bool) -> Update:
    columns = _holding.c
    statement = _AT.values(
        usage_min=columns.usage_min + _TO_MIN, usage_max=columns.usage_max + _TO_MAX
    )
    if is_growing:
        statement = statement.where(columns.usage_max + _TO_MAX <= columns.limit)
    if is_shrinking:
        statement = statement.where(columns.usage_min + _TO_MIN >= 0)
    return statement


_UPDATES = {
    (is_growing, is_shrinking): _moving(is_growing=is_growing, is_shrinking=is_shrinking)
    for is_growing in (False, True)
    for is_shrinking in (False, True)
}
_MOVES = {key: Prepared(statement) for key, statement in _UPDATES.items()}
_STANDING = (_holding.c.limit, _holding.c.usage_min, _holding.c.usage_max)
_MOVES_TOLD = {
    key: Prepared(statement.returning(*_STANDING)) for key, statement in _UPDATES.items()
}
