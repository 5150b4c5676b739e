# SPDX-License-Identifier: Apache-2.0
"""Quotas that people set on containers, and resellers on accounts; the ledger has those of projects.

Where there is one, who adds to a container or account waits for who added before: so no two
uploads pass it together. Where there is none, nobody waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from synnefo_core.errors import QuotaExceeded
from synnefo_object_store.models import AccountRow, ContainerRow, DeltaRow
from synnefo_object_store.settings import QUOTA_BYTES, QUOTA_COUNT, amount

_account: Table = AccountRow.__table__  # type: ignore[assignment]  # declared as FromClause
_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_delta: Table = DeltaRow.__table__  # type: ignore[assignment]  # declared as FromClause

_METADATA = {"Quota-Bytes": "bytes", "Quota-Count": "objects"}
_SETTINGS = {QUOTA_BYTES: "bytes", QUOTA_COUNT: "objects"}


@dataclass(frozen=True)
class Growth:
    """What a change adds to a container and its account."""

    objects: int
    bytes: int

    def of(self, what: str) -> int:
        """Return one of the two by its name."""
        return int(getattr(self, what))


def check_metadata(metadata: Mapping[str, str]) -> None:
    """Refuse quotas of a container that are none.

    Raises:
        Invalid: They are no numbers.
    """
    for name in _METADATA:
        if metadata.get(name):
            amount(metadata[name])


def check(
    session: Session,
    account: str,
    *,
    container_id: int,
    metadata: Mapping[str, str],
    settings: Mapping[str, str],
    growth: Growth,
    locks: bool = True,
) -> None:
    """Refuse what would pass a quota of the container (in its metadata) or of its account.

    Args:
        metadata: The container's.
        settings: The account's.
        locks: Whether others are to wait until this transaction ends.

    Raises:
        QuotaExceeded: Says which.
    """
    of_container = {what: metadata[name] for name, what in _METADATA.items() if name in metadata}
    of_account = {what: settings[name] for name, what in _SETTINGS.items() if name in settings}
    if _matters(of_container, growth):
        sums = _sums(session, _container, container_id, locks=locks)
        _compare("the container", of_container, growth, sums)
    if _matters(of_account, growth):
        sums = _sums(session, _account, account, locks=locks)
        _compare("the account", of_account, growth, sums)


def _matters(limits: Mapping[str, str], growth: Growth) -> bool:
    return any(growth.of(what) > 0 for what in limits)


def _sums(session: Session, table: Table, key: int | str, *, locks: bool) -> dict[str, int]:
    query = select(table.c.objects, table.c.bytes).where(table.c.id == key)
    if locks:
        # Objects that come in hold the container by a foreign key: that does not stand against it.
        query = query.with_for_update(key_share=True)
    objects, size = session.execute(query).one()
    waits_for = _delta.c.container_id if table is _container else _delta.c.account
    waiting = session.execute(
        select(
            func.coalesce(func.sum(_delta.c.objects), 0),
            func.coalesce(func.sum(_delta.c.bytes), 0),
        ).where(waits_for == key)
    ).one()
    return {"objects": objects + int(waiting[0]), "bytes": size + int(waiting[1])}


def _compare(noun: str, limits: Mapping[str, str], growth: Growth, sums: Mapping[str, int]) -> None:
    for what, limit in limits.items():
        left = max(0, int(limit) - sums[what])
        if growth.of(what) > left:
            raise QuotaExceeded(f"{what} in {noun}", growth.of(what), left)
