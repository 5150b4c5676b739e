# SPDX-License-Identifier: Apache-2.0
"""Rows of objects as they come and go: each is counted, and paid for by somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge
from synnefo_core.db.prepared import Change, execute_together
from synnefo_object_store import statistics, versions
from synnefo_object_store.values import ObjectInfo

DISKSPACE = "pithos.diskspace"


@dataclass(frozen=True)
class Slot:
    """A container's number and a name in it."""

    container: int
    name: str


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
    key = {"container_id": slot.container, "name": slot.name, "is_current": is_current}
    values = {**versions.columns(info), "user_id": user_id, **key}
    counted = _counted(info.account, slot, int(is_current), info.size_bytes)
    execute_together(session, [Change(versions.INSERT, values), *counted, *along])
    _charge(context, info.account, {user_id: info.size_bytes})


def replace(
    context: RequestContext,
    session: Session,
    slot: Slot,
    old: tuple[ObjectInfo, str],
    new: tuple[ObjectInfo, str],
    *,
    along: Sequence[Change] = (),
) -> None:
    """Put a version in the place of another; each comes with who pays for it."""
    (before, paid), (after, pays) = old, new
    values = {**versions.columns(after), "user_id": pays}
    counted = _counted(after.account, slot, 0, after.size_bytes - before.size_bytes)
    versions.change(
        session, versions.UPDATE, slot.container, before, values, along=[*counted, *along]
    )
    amounts = {pays: after.size_bytes}
    amounts[paid] = amounts.get(paid, 0) - before.size_bytes
    _charge(context, after.account, amounts)


def retire(session: Session, slot: Slot, info: ObjectInfo) -> None:
    """Have the current version stay as one of the past."""
    values = {"is_current": False, "is_versioned": True}
    counted = _counted(info.account, slot, -1, 0)
    versions.change(session, versions.UPDATE, slot.container, info, values, along=counted)


def revive(session: Session, slot: Slot, info: ObjectInfo) -> None:
    """Make a version of the past the current one."""
    values, counted = {"is_current": True}, _counted(info.account, slot, 1, 0)
    versions.change(session, versions.UPDATE, slot.container, info, values, along=counted)


def drop(
    context: RequestContext,
    session: Session,
    slot: Slot,
    info: ObjectInfo,
    *,
    user_id: str,
    is_current: bool = True,
) -> None:
    """Remove a version for good."""
    counted = _counted(info.account, slot, -int(is_current), -info.size_bytes)
    versions.change(session, versions.DELETE, slot.container, info, {}, along=counted)
    _charge(context, info.account, {user_id: -info.size_bytes})


def next_version(context: RequestContext, old: ObjectInfo | None) -> int:
    """Return the number of a new version; it grows whatever the clock says."""
    now = int(context.now() * 1_000_000)
    return now if old is None else max(now, old.version + 1)


def _counted(account: str, slot: Slot, objects: int, size: int) -> list[Change]:
    return statistics.change(
        account=account, container_id=slot.container, objects=objects, bytes_=size
    )


def _charge(context: RequestContext, account: str, amounts: Mapping[str, int]) -> None:
    charges = [
        Charge(account, user_id, DISKSPACE, amount) for user_id, amount in amounts.items() if amount
    ]
    if charges:
        synnefo_quota.charge(context, charges)
