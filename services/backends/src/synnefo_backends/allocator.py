# SPDX-License-Identifier: Apache-2.0
"""Where a new server goes: filters, then weighers.

What is booked counts at once, so parallel creations spread. The clusters' own figures only
say how large they are; what is free is the rest of our bookings.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Table, exists, func, select
from sqlalchemy.orm import Session

from synnefo_backends import bookings, chosen
from synnefo_backends.models import (
    AggregateMemberRow,
    AggregateRow,
    BackendRow,
    BookingRow,
    ReservationRow,
)
from synnefo_core.context import RequestContext
from synnefo_core.contracts.placement import Candidate, Demand, Room
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import Unavailable

log = logging.getLogger(__name__)

_OF_CLUSTER = (
    "id",
    "name",
    "zone",
    "is_offline",
    "is_drained",
    "is_public",
    "problem",
    "disk_templates",
    "nodes",
    "vcpus",
    "ram_mib",
    "disk_mib",
    "vcpu_ratio",
    "ram_ratio",
)
_ROOM = ("vcpus", "ram_mib", "disk_mib")

_backend: Table = BackendRow.__table__  # type: ignore[assignment]  # declared as FromClause
_reservation: Table = ReservationRow.__table__  # type: ignore[assignment]  # declared as FromClause
_aggregate: Table = AggregateRow.__table__  # type: ignore[assignment]  # declared as FromClause
_member: Table = AggregateMemberRow.__table__  # type: ignore[assignment]  # declared as FromClause
_booked = bookings.SUMS.subquery("booked")
_CLUSTERS = Prepared(
    select(
        *(_backend.c[name] for name in _OF_CLUSTER),
        *(func.coalesce(_booked.c[name], 0).label(f"booked_{name}") for name in _ROOM),
        exists(select(_reservation.c.backend_id)).label("are_reserved"),
        exists(select(_member.c.backend_id)).label("are_described"),
    )
    .select_from(_backend.outerjoin(_booked, _booked.c.backend_id == _backend.c.id))
    .order_by(_backend.c.name)
)
"""All clusters as they are, and whether what few clouds have is to be asked for, too."""
_RESERVATIONS = Prepared(select(_reservation.c.backend_id, _reservation.c.project_id))
_WORDS = Prepared(
    select(_member.c.backend_id, _aggregate.c.metadata).where(
        _member.c.aggregate_id == _aggregate.c.id
    )
)

PROJECT = "project"
"""The filter that says which clusters are for whom."""


class NoRoomAnywhere(Unavailable):
    """No cluster takes the server; the operator finds in the log why each did not."""

    code = "no_valid_host"


@dataclass(frozen=True)
class Verdict:
    """What became of a cluster: why it is out, or how little it pleases.

    Attributes:
        name: The cluster's.
        reasons: What the filters said, by their names; empty for one that may be chosen.
        told: The first of it as tenants may know it.
        weight: The least is chosen; None for one that is out.
    """

    name: str
    backend_id: str
    reasons: Mapping[str, str]
    told: str = ""
    weight: float | None = None


def why(context: RequestContext, demand: Demand) -> list[Verdict]:
    """Return what would become of each cluster if a server came now, the chosen one first."""
    with context.unit_of_work() as session:
        candidates = _candidates(context, session, demand.project_id)
    return judge(context, candidates, demand)


def candidates(context: RequestContext, project_id: str = "") -> list[Candidate]:
    """Return the clusters as they are, for a project's servers, by their names."""
    with context.reading() as session:
        return _candidates(context, session, project_id)


def judge(
    context: RequestContext, candidates: Iterable[Candidate], demand: Demand
) -> list[Verdict]:
    """Return what would become of each cluster, were they like these, the chosen one first."""
    filters = chosen.filters(context.cloud)
    verdicts = []
    for candidate in candidates:
        said = [(each, reason) for each in filters if (reason := each.check(candidate, demand))]
        reasons = {each.name: reason for each, reason in said}
        weight = None if said else weigh(context, candidate, demand)
        told = said[0][0].told if said else ""
        verdicts.append(Verdict(candidate.name, candidate.id, reasons, told, weight))
    return sorted(verdicts, key=_order)


def weigh(context: RequestContext, candidate: Candidate, demand: Demand) -> float:
    """Return how little a cluster pleases, whatever the filters say."""
    weighers = chosen.weighers(context.cloud)
    return sum(factor * each.weigh(candidate, demand) for each, factor in weighers)


def _order(verdict: Verdict) -> tuple[bool, float, str]:
    return verdict.weight is None, verdict.weight or 0.0, verdict.name


def place(
    context: RequestContext, server_id: str, demand: Demand, *, is_moving: bool = False
) -> str:
    """Choose a cluster for a server and book the room, in the caller's unit of work.

    What is booked for one that ``is_moving`` comes beside what it has where it is.

    Returns:
        The id of the cluster.

    Raises:
        NoRoomAnywhere: No cluster passes the filters; says in general terms why.
    """
    with context.unit_of_work():
        verdicts = why(context, demand)
        if not verdicts or verdicts[0].weight is None:
            refused = {verdict.name: dict(verdict.reasons) for verdict in verdicts}
            log.warning("no cluster takes a server", extra={"why": refused, "demand": demand})
            raise NoRoomAnywhere(_told(verdicts))
        booking_id = bookings.beside(server_id) if is_moving else server_id
        bookings.book(context, booking_id, verdicts[0].backend_id, demand)
        return verdicts[0].backend_id


def _told(verdicts: Sequence[Verdict]) -> str:
    """Return what the tenant learns: how many clusters there are not for which reason."""
    counts = Counter(verdict.told for verdict in verdicts)
    reasons = ", ".join(f"{count} {told}" for told, count in counts.most_common())
    return "no cluster has room for this server" + (f": {reasons}" if reasons else "")


def serves(context: RequestContext, backend_id: str, project_id: str) -> bool:
    """Return whether a cluster is for a project's servers, full or not."""
    demand = Demand(vcpus=0, ram_mib=0, disk_mib=0, project_id=project_id)
    with context.reading() as session:
        here = next(
            each for each in _candidates(context, session, project_id) if each.id == backend_id
        )
    filters = chosen.filters(context.cloud)
    return not any(each.check(here, demand) for each in filters if each.name == PROJECT)


def _candidates(context: RequestContext, session: Session, project_id: str) -> list[Candidate]:
    rows = _CLUSTERS.all(session, {})
    first = rows[0] if rows else None
    reserved = _reserved(session) if first and first.are_reserved else {}
    said = _said(session) if first and first.are_described else {}
    has_own = any(project_id in projects for projects in reserved.values())
    config = context.cloud.config.backends
    return [
        Candidate(
            id=row.id,
            name=row.name,
            zone=row.zone,
            closed_as="offline" if row.is_offline else "drained" if row.is_drained else "",
            problem=row.problem,
            is_known=row.nodes > 0,
            nodes=row.nodes,
            is_public=row.is_public,
            projects=reserved.get(row.id, frozenset()),
            disk_templates=tuple(row.disk_templates),
            whole=Room(
                row.vcpus * (row.vcpu_ratio or config.vcpu_ratio),
                row.ram_mib * (row.ram_ratio or config.ram_ratio),
                row.disk_mib,
            ),
            booked=Room(int(row.booked_vcpus), int(row.booked_ram_mib), int(row.booked_disk_mib)),
            has_project_elsewhere=has_own,
            words=said.get(row.id, {}),
        )
        for row in rows
    ]


def _reserved(session: Session) -> Mapping[str, frozenset[str]]:
    """Return the projects that clusters are reserved for, by the clusters' ids."""
    found: dict[str, set[str]] = {}
    for backend_id, project_id in _RESERVATIONS.all(session, {}):
        found.setdefault(backend_id, set()).add(project_id)
    return {backend_id: frozenset(projects) for backend_id, projects in found.items()}


def _said(session: Session) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return what is said of clusters through their aggregates, by the clusters' ids."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for backend_id, metadata in _WORDS.all(session, {}):
        words = found.setdefault(backend_id, {})
        for word, value in metadata.items():
            words[word] = (*words.get(word, ()), value)
    return found


def rebook(context: RequestContext, server_id: str, demand: Demand) -> None:
    """Book another size for a server where it is; one that is smaller always fits.

    Raises:
        NoRoomAnywhere: It grows, and its cluster has no room for that.
    """
    disk_mib = demand.booked_disk_mib
    with context.unit_of_work() as session:
        row = session.get_one(BookingRow, server_id, with_for_update=True)
        more = Room(demand.vcpus - row.vcpus, demand.ram_mib - row.ram_mib, disk_mib - row.disk_mib)
        _require_room(context, session, row.backend_id, more)
        bookings.resize(session, row, demand)


def _require_room(context: RequestContext, session: Session, backend_id: str, more: Room) -> None:
    here = next(each for each in _candidates(context, session, "") if each.id == backend_id)
    wanted, free = asdict(more), asdict(here.free)
    lacking = {what: free[what] for what in wanted if wanted[what] > max(0, free[what])}
    if lacking:
        log.warning("a server can't grow", extra={"left": lacking, "backend": here.name})
        msg = "the server's cluster has no room for it to grow"
        raise NoRoomAnywhere(msg)
