# SPDX-License-Identifier: Apache-2.0
"""Room on clusters that servers take.

Every placement asks for the sums of all bookings. So a booking adds a row of its own to what has
changed, which a worker folds into the sums: no creation waits for another, and what they ask for
stays short, however many servers there are.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from synnefo_backends.models import BackendRow, BookedChangeRow, BookedRow, BookingRow
from synnefo_core.context import RequestContext
from synnefo_core.contracts.placement import Demand
from synnefo_core.db.among import among
from synnefo_core.db.prepared import Prepared
from synnefo_core.db.session import add_if_absent

log = logging.getLogger(__name__)

FOLD_EVERY_S = 5.0
COMPARE_EVERY_S = 3600.0
_AT_ONCE = 2000
_THERE = "/there"


@dataclass(frozen=True)
class Booked:
    """What is booked on a cluster, or what that changes by; sizes in MiB."""

    servers: int = 0
    vcpus: int = 0
    ram_mib: int = 0
    disk_mib: int = 0

    def __add__(self, other: Booked) -> Booked:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Booked(*(one + more for one, more in pairs))

    def __neg__(self) -> Booked:
        return Booked(*(-each for each in astuple(self)))


SIZES = ("servers", "vcpus", "ram_mib", "disk_mib")
_sum: Table = BookedRow.__table__  # type: ignore[assignment]  # declared as FromClause
_change: Table = BookedChangeRow.__table__  # type: ignore[assignment]  # declared as FromClause
_booking: Table = BookingRow.__table__  # type: ignore[assignment]  # declared as FromClause


def _summed(parts: list[Select[Any]]) -> Select[Any]:
    """Return the sums of several tables' rows by cluster, as of one moment."""
    of_all = union_all(*parts).subquery()
    sums = (func.sum(of_all.c[name]).label(name) for name in SIZES)
    return select(of_all.c.backend_id, *sums).group_by(of_all.c.backend_id)


_BOOKED = select(_sum.c.backend_id, *(_sum.c[name] for name in SIZES))
_CHANGED = select(_change.c.backend_id, *(_change.c[name] for name in SIZES))
_KEPT = select(
    _booking.c.backend_id, literal(1).label("servers"), *(_booking.c[name] for name in SIZES[1:])
)
SUMS = _summed([_BOOKED, _CHANGED])
"""What is booked on each cluster on which anything is or was."""
_TOTALS = Prepared(SUMS)
_ADD = Prepared(insert(_change))
_BOOK = Prepared(insert(_booking))
_RELEASE = (
    delete(_booking)
    .where(_booking.c.id == bindparam("server"))
    .returning(_booking.c.backend_id, *(_booking.c[name] for name in SIZES[1:]))
)


def booked(context: RequestContext) -> Mapping[str, Booked]:
    """Return what is booked on each cluster on which anything is, by its id."""
    with context.reading() as session:
        return totals(session)


def totals(session: Session) -> Mapping[str, Booked]:
    """Return what is booked on each cluster on which anything is, as this session sees it."""
    found = {row[0]: Booked(*map(int, row[1:])) for row in _TOTALS.all(session, {})}
    return {backend_id: sums for backend_id, sums in found.items() if sums != Booked()}


def book(context: RequestContext, server_id: str, backend_id: str, demand: Demand) -> None:
    """Book room for a server on a given cluster."""
    size = _size(demand)
    with context.unit_of_work() as session:
        values = {name: getattr(size, name) for name in SIZES[1:]}
        _BOOK.execute(session, {"id": server_id, "backend_id": backend_id, **values})
        _count(session, backend_id, size)


def resize(session: Session, row: BookingRow, demand: Demand) -> None:
    """Book another size for a server where it is."""
    before, after = _of(row), _size(demand)
    row.vcpus, row.ram_mib, row.disk_mib = after.vcpus, after.ram_mib, after.disk_mib
    _count(session, row.backend_id, after + -before)


def release(context: RequestContext, server_id: str) -> None:
    """Give a server's room back, wherever it is booked; none booked is not an error."""
    with context.unit_of_work() as session:
        _drop(session, server_id)
        _drop(session, beside(server_id))


def servers_booked(backend_id: str, server_id: Any) -> ColumnElement[bool]:
    """Return what is true of servers that are in a cluster, or on their way there.

    It is for a part of another query; ``server_id`` is a column of that.
    """
    there = select(_booking.c.id).where(_booking.c.backend_id == backend_id)
    return or_(server_id.in_(there), (server_id + _THERE).in_(there))


def clusters_of(context: RequestContext, server_ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of the clusters on which servers are booked, by the servers' ids."""
    query = (
        select(_booking.c.id, BackendRow.name)
        .join(BackendRow, BackendRow.id == _booking.c.backend_id)
        .where(among(_booking.c.id, server_ids))
    )
    with context.reading() as session:
        rows = session.execute(query).all()
        return {row.id: row.name for row in rows}


def beside(server_id: str) -> str:
    """Return the id of what is booked where a server is on its way to."""
    return f"{server_id}{_THERE}"


def stay(context: RequestContext, server_id: str) -> None:
    """Give back the room that was booked for a move; none booked is not an error."""
    with context.unit_of_work() as session:
        _drop(session, beside(server_id))


def leave(context: RequestContext, server_id: str) -> None:
    """Give back the room that a server had before it moved; without a move nothing happens."""
    with context.unit_of_work() as session:
        for row in _drop(session, beside(server_id)):
            _drop(session, server_id)
            values = {name: getattr(row, name) for name in SIZES[1:]}
            _BOOK.execute(session, {"id": server_id, "backend_id": row.backend_id, **values})
            _count(session, row.backend_id, _of(row))


def _drop(session: Session, booking_id: str) -> Sequence[Row[Any]]:
    """Remove a booking and return it."""
    rows = session.execute(_RELEASE, {"server": booking_id}).all()
    for row in rows:
        _count(session, row.backend_id, -_of(row))
    return rows


def _size(demand: Demand) -> Booked:
    return Booked(1, demand.vcpus, demand.ram_mib, demand.booked_disk_mib)


def _of(row: Any) -> Booked:
    return Booked(1, row.vcpus, row.ram_mib, row.disk_mib)


def _count(session: Session, backend_id: str, change: Booked) -> None:
    if change != Booked():
        _ADD.execute(session, {"backend_id": backend_id, **_named(change)})


def _named(sizes: Booked) -> dict[str, int]:
    return dict(zip(SIZES, astuple(sizes), strict=True))


_SOME = select(_change).order_by(_change.c.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
_FOLD = (
    update(_sum)
    .where(_sum.c.backend_id == bindparam("of"))
    .values({name: _sum.c[name] + bindparam(f"more_{name}") for name in SIZES})
)


def fold(context: RequestContext) -> None:
    """Fold all changes that wait into the sums; run by one worker at a time."""
    while _fold_some(context) == _AT_ONCE:
        continue


def _fold_some(context: RequestContext) -> int:
    with context.reading() as session:
        if session.execute(select(_change.c.id).limit(1)).first() is None:
            return 0
    with context.unit_of_work() as session:
        rows = session.execute(_SOME).all()
        sums: dict[str, Booked] = {}
        for row in rows:
            change = Booked(*(getattr(row, name) for name in SIZES))
            sums[row.backend_id] = sums.get(row.backend_id, Booked()) + change
        for backend_id, more in sorted(sums.items()):
            nothing = {"backend_id": backend_id, **_named(Booked())}
            add_if_absent(session, BookedRow, nothing)
            values = {f"more_{name}": amount for name, amount in _named(more).items()}
            session.execute(_FOLD, {"of": backend_id, **values})
        session.execute(delete(_change).where(_change.c.id.in_([row.id for row in rows])))
    return len(rows)


def compare(context: RequestContext) -> None:
    """Compare the sums with the bookings themselves; a difference is told of, and mended."""
    negative = [
        select(part.c.backend_id, *(-part.c[name] for name in SIZES)) for part in (_sum, _change)
    ]
    with context.unit_of_work() as session:
        for row in session.execute(_summed([_KEPT, *negative])).all():
            lacking = Booked(*map(int, row[1:]))
            if lacking != Booked():
                log.error(
                    "what is booked on a cluster was not what its servers take",
                    extra={"backend": row.backend_id, "by": lacking},
                )
                _count(session, row.backend_id, lacking)
