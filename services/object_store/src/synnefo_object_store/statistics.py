# SPDX-License-Identifier: Apache-2.0
"""Counts that are always right and make no writer wait for another.

Each change adds a row of its own; a worker folds those rows into the sums. Who reads adds the sum
and the rows that wait, in one statement.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Change, Prepared
from synnefo_object_store.models import AccountRow, ContainerRow, DeltaRow

FOLD_EVERY_S = 5.0
_AT_ONCE = 2000

if TYPE_CHECKING:
    from collections.abc import Mapping

_delta: Table = DeltaRow.__table__  # type: ignore[assignment]  # declared as FromClause
_account: Table = AccountRow.__table__  # type: ignore[assignment]  # declared as FromClause
_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause

_ADD = Prepared(insert(_delta))


def change(
    *, account: str, container_id: int, containers: int = 0, objects: int = 0, bytes_: int = 0
) -> list[Change]:
    """Return the change that counts this; none where there is nothing to count."""
    if not (containers or objects or bytes_):
        return []
    values = {
        "account": account,
        "container_id": container_id,
        "containers": containers,
        "objects": objects,
        "bytes": bytes_,
    }
    return [Change(_ADD, values)]


def waiting_of_account(what: str) -> ColumnElement[int]:
    """Return what is to be added to an account's sum: "containers", "objects" or "bytes"."""
    query = select(func.coalesce(func.sum(_delta.c[what]), 0)).where(
        _delta.c.account == _account.c.id
    )
    return query.correlate(_account).scalar_subquery()


def waiting_of_container(what: str) -> ColumnElement[int]:
    """Return what is to be added to a container's sum: "objects" or "bytes"."""
    query = select(func.coalesce(func.sum(_delta.c[what]), 0)).where(
        _delta.c.container_id == _container.c.id
    )
    return query.correlate(_container).scalar_subquery()


def fold(context: RequestContext) -> None:
    """Fold all rows that wait into the sums; run by one worker at a time."""
    while _fold_some(context) == _AT_ONCE:
        continue


_SOME = select(_delta).order_by(_delta.c.id).limit(_AT_ONCE).with_for_update(skip_locked=True)

_FOLD_CONTAINER = (
    update(_container)
    .where(_container.c.id == bindparam("of"))
    .values(
        objects=_container.c.objects + bindparam("more_objects"),
        bytes=_container.c.bytes + bindparam("more_bytes"),
    )
)

_FOLD_ACCOUNT = (
    update(_account)
    .where(_account.c.id == bindparam("of"))
    .values(
        containers=_account.c.containers + bindparam("more_containers"),
        objects=_account.c.objects + bindparam("more_objects"),
        bytes=_account.c.bytes + bindparam("more_bytes"),
    )
)


def _fold_some(context: RequestContext) -> int:
    with context.reading() as session:
        if session.execute(select(_delta.c.id).limit(1)).first() is None:
            return 0
    with context.unit_of_work() as session:
        rows = session.execute(_SOME).all()
        accounts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        containers: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for row in rows:
            for sums, amounts in (
                (accounts[row.account], (row.containers, row.objects, row.bytes)),
                (containers[row.container_id], (row.objects, row.bytes)),
            ):
                sums[:] = [one + more for one, more in zip(sums, amounts, strict=True)]
        _fold_into(session, accounts, containers)
        session.execute(delete(_delta).where(_delta.c.id.in_([row.id for row in rows])))
    return len(rows)


def _fold_into(
    session: Session, accounts: Mapping[str, list[int]], containers: Mapping[int, list[int]]
) -> None:
    for number, (objects, size) in sorted(containers.items()):
        session.execute(
            _FOLD_CONTAINER, {"of": number, "more_objects": objects, "more_bytes": size}
        )
    for account, (made, objects, size) in sorted(accounts.items()):
        session.execute(
            _FOLD_ACCOUNT,
            {
                "of": account,
                "more_containers": made,
                "more_objects": objects,
                "more_bytes": size,
            },
        )
