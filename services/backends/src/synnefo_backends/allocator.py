# SPDX-License-Identifier: Apache-2.0
"""Where a new server goes: filters, then weighers.

What is booked counts at once, so parallel creations spread. The clusters' own figures only
say how large they are; what is free is the rest of our bookings.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from synnefo_backends.models import BackendRow, BookingRow
from synnefo_core.context import RequestContext
from synnefo_core.errors import Unavailable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Demand:
    """What a server needs: sizes in MiB; an empty template means any."""

    vcpus: int
    ram_mib: int
    disk_mib: int
    disk_template: str = ""


@dataclass(frozen=True)
class Candidate:
    """A cluster and what is booked on it."""

    row: BackendRow
    vcpus: int
    ram_mib: int
    disk_mib: int


class NoRoomAnywhere(Unavailable):
    """No cluster takes the server; the operator finds in the log why each did not."""

    code = "no_valid_host"


Filter = Callable[[Candidate, Demand, float], str]
"""Returns why a cluster is out, or nothing. The number is the processors' over-commit ratio."""


def _is_open(candidate: Candidate, _demand: Demand, _ratio: float) -> str:
    if candidate.row.is_offline:
        return "offline"
    return "drained" if candidate.row.is_drained else ""


def _is_known(candidate: Candidate, _demand: Demand, _ratio: float) -> str:
    return "" if candidate.row.nodes else f"not known yet: {candidate.row.problem or 'never asked'}"


def _has_template(candidate: Candidate, demand: Demand, _ratio: float) -> str:
    if not demand.disk_template or demand.disk_template in candidate.row.disk_templates:
        return ""
    return f"has no disk template {demand.disk_template}"


def _has_vcpus(candidate: Candidate, demand: Demand, ratio: float) -> str:
    left = candidate.row.vcpus * ratio - candidate.vcpus
    return "" if demand.vcpus <= left else f"{left:.0f} virtual processors left"


def _has_ram(candidate: Candidate, demand: Demand, _ratio: float) -> str:
    left = candidate.row.ram_mib - candidate.ram_mib
    return "" if demand.ram_mib <= left else f"{left} MiB of memory left"


def _has_disk(candidate: Candidate, demand: Demand, _ratio: float) -> str:
    left = candidate.row.disk_mib - candidate.disk_mib
    return "" if demand.disk_mib <= left else f"{left} MiB of disk left"


FILTERS: Sequence[Filter] = (_is_open, _is_known, _has_template, _has_vcpus, _has_ram, _has_disk)


def weight(candidate: Candidate, ratio: float) -> float:
    """Return how full a cluster is: half processors, half the scarcer of memory and disk."""
    row = candidate.row
    processors = candidate.vcpus / (row.vcpus * ratio)
    room = max(candidate.ram_mib / row.ram_mib, candidate.disk_mib / max(row.disk_mib, 1))
    return 0.5 * processors + 0.5 * room


def place(context: RequestContext, server_id: str, demand: Demand) -> str:
    """Choose a cluster for a server and book the room, in the caller's unit of work.

    Returns:
        The id of the cluster.

    Raises:
        NoRoomAnywhere: No cluster passes the filters.
    """
    ratio = context.cloud.config.backends.vcpu_ratio
    with context.unit_of_work() as session:
        left, refused = [], {}
        for candidate in _candidates(session):
            reasons = [why for check in FILTERS if (why := check(candidate, demand, ratio))]
            if reasons:
                refused[candidate.row.name] = reasons[0]
            else:
                left.append(candidate)
        if not left:
            log.warning("no cluster takes a server", extra={"why": refused, "demand": demand})
            msg = "no cluster has room for this server"
            raise NoRoomAnywhere(msg)
        chosen = min(left, key=lambda c: (weight(c, ratio), c.row.name))
        book(context, server_id, chosen.row.id, demand)
        return chosen.row.id


@dataclass(frozen=True)
class Booked:
    """What is booked on a cluster; sizes in MiB."""

    servers: int = 0
    vcpus: int = 0
    ram_mib: int = 0
    disk_mib: int = 0


def booked(context: RequestContext) -> Mapping[str, Booked]:
    """Return what is booked on each cluster on which anything is, by its id."""
    with context.reading() as session:
        return _booked(session)


def _booked(session: Session) -> Mapping[str, Booked]:
    query = select(
        BookingRow.backend_id,
        func.count(),
        func.sum(BookingRow.vcpus),
        func.sum(BookingRow.ram_mib),
        func.sum(BookingRow.disk_mib),
    ).group_by(BookingRow.backend_id)
    return {backend_id: Booked(*map(int, sums)) for backend_id, *sums in session.execute(query)}


def _candidates(session: Session) -> list[Candidate]:
    taken = _booked(session)
    rows = session.scalars(select(BackendRow).order_by(BackendRow.name))
    found = [(row, taken.get(row.id, Booked())) for row in rows]
    return [Candidate(row, each.vcpus, each.ram_mib, each.disk_mib) for row, each in found]


def book(context: RequestContext, server_id: str, backend_id: str, demand: Demand) -> None:
    """Book room for a server on a given cluster."""
    with context.unit_of_work() as session:
        session.add(
            BookingRow(
                id=server_id,
                backend_id=backend_id,
                vcpus=demand.vcpus,
                ram_mib=demand.ram_mib,
                disk_mib=demand.disk_mib,
            )
        )


def rebook(context: RequestContext, server_id: str, demand: Demand) -> None:
    """Book another size for a server where it is; one that is smaller always fits.

    Raises:
        NoRoomAnywhere: It grows, and its cluster has no room for that.
    """
    with context.unit_of_work() as session:
        row = session.get_one(BookingRow, server_id, with_for_update=True)
        more = Demand(
            vcpus=demand.vcpus - row.vcpus,
            ram_mib=demand.ram_mib - row.ram_mib,
            disk_mib=demand.disk_mib - row.disk_mib,
        )
        if max(more.vcpus, more.ram_mib, more.disk_mib) > 0:
            _require_room(context, session, row.backend_id, more)
        row.vcpus, row.ram_mib, row.disk_mib = demand.vcpus, demand.ram_mib, demand.disk_mib


def _require_room(context: RequestContext, session: Session, backend_id: str, more: Demand) -> None:
    ratio = context.cloud.config.backends.vcpu_ratio
    here = next(each for each in _candidates(session) if each.row.id == backend_id)
    wanted = ((more.vcpus, _has_vcpus), (more.ram_mib, _has_ram), (more.disk_mib, _has_disk))
    for growth, check in wanted:
        why = check(here, more, ratio) if growth > 0 else ""
        if why:
            log.warning("a server can't grow", extra={"why": why, "backend": here.row.name})
            msg = "the server's cluster has no room for it to grow"
            raise NoRoomAnywhere(msg)


def release(context: RequestContext, server_id: str) -> None:
    """Give a server's room back; none booked is not an error."""
    with context.unit_of_work() as session:
        session.execute(delete(BookingRow).where(BookingRow.id == server_id))
