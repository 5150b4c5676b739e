# SPDX-License-Identifier: Apache-2.0
"""How long servers were there in a period, from their rows; stopped ones count as Nova counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from synnefo_compute.models import FlavorRow, ServerRow
from synnefo_compute.rows import is_told
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField


@dataclass(frozen=True)
class Period:
    """A time, in seconds since the epoch."""

    start: float
    end: float


@dataclass(frozen=True)
class ServerUsage:
    """A server in a period.

    ``seconds`` are those of the period in which it was there, ``uptime_s`` all in which it was;
    ``ended_at`` is 0 for one that still is. The sizes are those that it has, or had last. One that
    ``is_told`` is not counts, and the caller may not know more of it.
    """

    server_id: str
    name: str
    project_id: str
    flavor: str
    vcpus: int
    ram_mib: int
    disk_gib: int
    vm_state: str
    started_at: float
    ended_at: float
    seconds: float
    uptime_s: int
    is_told: bool


def list_usage(
    context: RequestContext,
    period: Period,
    *,
    project_id: str = "",
    limit: int,
    marker: str = "",
) -> list[ServerUsage]:
    """Return the servers that were there in a period, in the order of their ids.

    Args:
        context: The caller, who may know of the project's servers.
        period: It ends now at the latest.
        project_id: Whose; empty for those of all projects.
        limit: The most that are returned.
        marker: The id of the server behind which they begin.

    Raises:
        InvalidField: There never was a server ``marker``.
    """
    query = _present(period, project_id).order_by(ServerRow.id).limit(limit)
    with context.reading() as session:
        if marker:
            _check(session, marker)
            query = query.where(ServerRow.id > marker)
        rows = list(session.scalars(query))
        flavors = _flavors(session, {row.flavor_id for row in rows})
        now = context.now()
        return [
            _usage(
                row,
                period,
                now=now,
                flavor=flavors.get(row.flavor_id, ""),
                is_told=is_told(context, row),
            )
            for row in rows
        ]


def _present(period: Period, project_id: str) -> Select[ServerRow]:
    query = select(ServerRow).where(
        ServerRow.launched_at > 0.0,
        ServerRow.launched_at <= period.end,
        or_(ServerRow.is_deleted.is_(False), ServerRow.deleted_at >= period.start),
    )
    return query.where(ServerRow.project_id == project_id) if project_id else query


def _check(session: Session, marker: str) -> None:
    if session.get(ServerRow, marker) is None:
        name = "marker"
        raise InvalidField(name, f"marker {marker} could not be found")


def _flavors(session: Session, ids: set[str]) -> Mapping[str, str]:
    query = select(FlavorRow.id, FlavorRow.name).where(FlavorRow.id.in_(sorted(ids)))
    return {row.id: row.name for row in session.execute(query)}


def _usage(
    row: ServerRow, period: Period, *, now: float, flavor: str, is_told: bool
) -> ServerUsage:
    ended_at = row.deleted_at if row.is_deleted else 0.0
    begun, over = max(row.launched_at, period.start), min(ended_at or period.end, period.end)
    return ServerUsage(
        server_id=row.id,
        name=row.name,
        project_id=row.project_id,
        flavor=flavor,
        vcpus=row.vcpus,
        ram_mib=row.ram_mib,
        disk_gib=row.disk_gib,
        vm_state=row.vm_state,
        started_at=row.launched_at,
        ended_at=ended_at,
        seconds=max(0.0, over - begun),
        uptime_s=int((ended_at or now) - row.launched_at),
        is_told=is_told,
    )
