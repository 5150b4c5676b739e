# SPDX-License-Identifier: Apache-2.0
"""Rows of objects as they come and go: each is counted, and paid for by somebody or free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge
from synnefo_core.db.prepared import Change, execute_together
from synnefo_object_store import periods, statistics, versions
from synnefo_object_store.values import ObjectInfo
from synnefo_object_store.versions import Place, Slot

DISKSPACE = "pithos.diskspace"


@dataclass(frozen=True)
class Kept:
    """A version that is there, with what only its row knows.

    Attributes:
        user_id: Who is charged for it, unless it is free.
        was_over: It was current before it was restored, if it is current.
    """

    info: ObjectInfo
    user_id: str
    is_current: bool
    is_free: bool
    was_over: bool

    @classmethod
    def of(cls, place: Place, row: Row[Any]) -> Kept:
        """Return the version of a row that was found."""
        return cls(
            versions.shown(place, row),
            row.user_id,
            row.is_current,
            row.is_free,
            row.ended_us is not None,
        )

    @property
    def charged(self) -> dict[str, int]:
        """How much is charged for it, by who is charged."""
        return {} if self.is_free else {self.user_id: self.info.size_bytes}


def add(
    context: RequestContext,
    session: Session,
    slot: Slot,
    info: ObjectInfo,
    *,
    user_id: str,
    is_current: bool = True,
    along: Sequence[Change] = (),
) -> None:
    """Add a version of an object; ``along`` with it other changes are made."""
    added = _added(slot, info, user_id, is_current=is_current)
    counted = _counted(info.account, slot, int(is_current), info.size_bytes)
    execute_together(session, [added, *counted, *along])
    charge(context, slot.pays, {user_id: info.size_bytes})


def replace(
    context: RequestContext,
    session: Session,
    slot: Slot,
    old: Kept,
    new: tuple[ObjectInfo, str],
    *,
    along: Sequence[Change] = (),
) -> None:
    """Put a version, which comes with who pays for it, in the place of another."""
    before, (after, pays) = old.info, new
    counted = _counted(after.account, slot, 0, after.size_bytes - before.size_bytes)
    versions.change(
        session,
        versions.UPDATE,
        slot.container,
        before,
        _columns(after, pays),
        along=[*counted, *along],
    )
    charge(context, slot.pays, _sum({pays: after.size_bytes}, _back(old.charged)))


def succeed(
    context: RequestContext,
    session: Session,
    slot: Slot,
    old: Kept,
    new: tuple[ObjectInfo, str],
    *,
    along: Sequence[Change] = (),
) -> None:
    """Add a version where the current one stays as one of the past."""
    info, pays = new
    freed = _retire(context, session, slot, old, info.version)
    counted = _counted(info.account, slot, 0, info.size_bytes)
    execute_together(session, [_added(slot, info, pays), *counted, *along])
    charge(context, slot.pays, _sum({pays: info.size_bytes}, freed))


def retire(context: RequestContext, session: Session, slot: Slot, old: Kept, at: int) -> None:
    """Have the current version stay as one of the past; ``at``: since when, in microseconds."""
    counted = _counted(old.info.account, slot, -1, 0)
    freed = _retire(context, session, slot, old, at, along=counted)
    charge(context, slot.pays, freed)


def restore(
    context: RequestContext,
    session: Session,
    slot: Slot,
    old: Kept | None,
    back: Kept,
) -> None:
    """Make a version of the past the current one; what is current becomes one of the past."""
    at = next_instant(context, session, slot)
    freed = {} if old is None else _retire(context, session, slot, old, at)
    versions.change(
        session,
        versions.UPDATE,
        slot.container,
        back.info,
        {"is_current": True, "is_free": False},
        was_current=False,
        along=_counted(back.info.account, slot, int(old is None), 0),
    )
    periods.begin(session, slot, back.info.version, at)
    costs = {back.user_id: back.info.size_bytes} if back.is_free else {}
    charge(context, slot.pays, _sum(costs, freed))


def drop(context: RequestContext, session: Session, slot: Slot, old: Kept) -> None:
    """Remove a version for good."""
    info = old.info
    versions.change(
        session,
        versions.DELETE,
        slot.container,
        info,
        {},
        was_current=old.is_current,
        along=_counted(info.account, slot, -int(old.is_current), -info.size_bytes),
    )
    if old.was_over:
        periods.forget(session, slot, info.version)
    charge(context, slot.pays, _back(old.charged))


def next_version(context: RequestContext, old: ObjectInfo | None) -> int:
    """Return the number of a new version; it grows whatever the clock says."""
    now = int(context.now() * 1_000_000)
    return now if old is None else max(now, old.version + 1)


def next_instant(context: RequestContext, session: Session, slot: Slot) -> int:
    """Return a number behind all that became of a name whose past is kept."""
    return max(int(context.now() * 1_000_000), periods.last(session, slot) + 1)


def _added(slot: Slot, info: ObjectInfo, user_id: str, *, is_current: bool = True) -> Change:
    key = {"container_id": slot.container, "name": slot.name, "is_current": is_current}
    return Change(versions.INSERT, _columns(info, user_id) | key)


def _columns(info: ObjectInfo, user_id: str) -> dict[str, Any]:
    writer = None if info.modified_by in ("", user_id) else info.modified_by
    return {**versions.columns(info), "user_id": user_id, "modified_by": writer}


def _retire(
    context: RequestContext,
    session: Session,
    slot: Slot,
    old: Kept,
    at: int,
    *,
    along: Sequence[Change] = (),
) -> dict[str, int]:
    """Have a version be one of the past; return what is to be given back for it."""
    is_free = context.cloud.config.object_store.free_versioning
    values: dict[str, Any] = {"is_current": False, "is_versioned": True, "is_free": is_free}
    if not old.was_over:
        values["ended_us"] = at
    values["is_first_time"] = not old.was_over
    versions.change(session, versions.RETIRE, slot.container, old.info, values, along=along)
    if old.was_over:
        periods.end(session, slot, old.info.version, at)
    return _back(old.charged) if is_free else {}


def _counted(account: str, slot: Slot, objects: int, size: int) -> list[Change]:
    return statistics.change(
        account=account, container_id=slot.container, objects=objects, bytes_=size
    )


def _back(amounts: Mapping[str, int]) -> dict[str, int]:
    return {user_id: -amount for user_id, amount in amounts.items()}


def _sum(*parts: Mapping[str, int]) -> dict[str, int]:
    amounts: Counter[str] = Counter()
    for part in parts:
        amounts.update(part)
    return amounts


def charge(context: RequestContext, project_id: str, amounts: Mapping[str, int]) -> None:
    """Charge a project for bytes, or give back; by who is charged."""
    charges = [
        Charge(project_id, user_id, DISKSPACE, amount)
        for user_id, amount in amounts.items()
        if amount
    ]
    if charges:
        synnefo_quota.charge(context, charges)
