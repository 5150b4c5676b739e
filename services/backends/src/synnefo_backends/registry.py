# SPDX-License-Identifier: Apache-2.0
"""Which clusters there are, as the operator says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack, cast

from sqlalchemy import Table, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from synnefo_backends.models import (
    AggregateMemberRow,
    BackendRow,
    BookedChangeRow,
    BookedRow,
    BookingRow,
    ReservationRow,
)
from synnefo_core.cloud import Cloud
from synnefo_core.config import checked_settings
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend
from synnefo_core.db.base import new_id
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import Conflict, Duplicate, Invalid, NotFound, Unavailable
from synnefo_core.keys import key_ring
from synnefo_core.plugins import driver_class

RING = "backends"
"""The keys that seal what clusters must be told but nobody may read."""

_backend: Table = BackendRow.__table__  # type: ignore[assignment]  # declared as FromClause
_BRIEF = Prepared(
    select(_backend.c.id, _backend.c.name, _backend.c.version, _backend.c.is_offline).where(
        (_backend.c.id == bindparam("which")) | (_backend.c.name == bindparam("which"))
    )
)

_ZONE_NAME = re.compile(r"[^\s:]([^\x00-\x1f:]{0,253}[^\s:])?")


@dataclass(frozen=True)
class Backend:
    """A cluster as registered; sizes in MiB, ``problem`` empty while it answers.

    ``drained``: no new servers, those there are kept, for a reason if one was given. ``offline``: no call is ever made. It is
    reserved for ``projects``; if it is public, for those too that have no clusters of their own.
    A ratio of 0 is that of the configuration.
    """

    id: str
    name: str
    driver: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    version: int
    is_drained: bool
    drained_because: str
    is_offline: bool
    is_public: bool
    zone: str
    vcpu_ratio: float
    ram_ratio: float
    projects: tuple[str, ...]
    disk_templates: tuple[str, ...]
    nodes: int
    vcpus: int
    ram_mib: int
    disk_mib: int
    refreshed_at: float
    problem: str

    @property
    def closed_as(self) -> str:
        """Why the operator lets it have no new servers; empty when it may have some."""
        if self.is_offline:
            return "offline"
        return "drained" if self.is_drained else ""

    @property
    def closed_because(self) -> str:
        """The operator's reason for that, as far as one is known."""
        return (self.drained_because if self.is_drained else "") or self.closed_as

    @property
    def is_enabled(self) -> bool:
        """Whether the operator lets it have new servers."""
        return not self.closed_as

    @property
    def is_open(self) -> bool:
        """Whether it takes new servers, if it has room: it is enabled, and it is known."""
        return self.is_enabled and self.nodes > 0

    @property
    def is_up(self) -> bool:
        """Whether it answered when it was last asked."""
        return not self.is_offline and not self.problem and self.refreshed_at > 0


def shown(cloud: Cloud, row: BackendRow, projects: Iterable[str]) -> Backend:
    """Return the value for a row and the projects that the cluster is reserved for."""
    return Backend(
        id=row.id,
        name=row.name,
        driver=row.driver,
        settings=dict(row.settings),
        secrets=json.loads(key_ring(cloud, RING).open(row.secrets)),
        version=row.version,
        is_drained=row.is_drained,
        drained_because=row.drained_because,
        is_offline=row.is_offline,
        is_public=row.is_public,
        zone=row.zone,
        vcpu_ratio=row.vcpu_ratio,
        ram_ratio=row.ram_ratio,
        projects=tuple(projects),
        disk_templates=tuple(row.disk_templates),
        nodes=row.nodes,
        vcpus=row.vcpus,
        ram_mib=row.ram_mib,
        disk_mib=row.disk_mib,
        refreshed_at=row.refreshed_at,
        problem=row.problem,
    )


def settings_of(driver_name: str, given: Mapping[str, str]) -> tuple[dict[str, Any], set[str]]:
    """Return a driver's checked settings and the names of its secret ones.

    Raises:
        Misconfigured: There is no such driver, or a setting is wrong.
    """
    driver = cast("type[ComputeBackend]", driver_class("compute_backend", driver_name))
    secret = {option.dest for option in driver.options() if option.secret}
    return checked_settings(driver, given), secret


def _divided(cloud: Cloud, driver: str, given: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """Return the settings that may be stored openly, and the others encrypted."""
    settings, secret = settings_of(driver, given)
    hidden = {name: str(value) for name, value in settings.items() if name in secret and value}
    open_ = {name: value for name, value in settings.items() if name not in secret}
    ring = key_ring(cloud, RING)
    ring.make()
    return open_, ring.seal(json.dumps(hidden))


def add(context: RequestContext, *, name: str, driver: str, settings: Mapping[str, str]) -> Backend:
    """Register a cluster; :func:`~synnefo_backends.refresh.refresh` then asks it.

    Raises:
        Misconfigured: There is no such driver, or a setting is wrong.
        Duplicate: The name is taken.
    """
    stored, secrets = _divided(context.cloud, driver, settings)
    with context.unit_of_work() as session:
        if session.scalars(select(BackendRow).where(BackendRow.name == name)).first():
            noun = "backend"
            raise Duplicate(noun, name)
        row = BackendRow(
            id=new_id(),
            name=name,
            driver=driver,
            settings=stored,
            secrets=secrets,
            disk_templates=[],
            created_at=context.now(),
        )
        session.add(row)
        session.flush()
        return shown(context.cloud, row, ())


def find(context: RequestContext, name_or_id: str) -> Backend:
    """Return a cluster.

    Raises:
        NotFound: None has this name or id.
    """
    with context.reading() as session:
        query = select(BackendRow).where(
            (BackendRow.id == name_or_id) | (BackendRow.name == name_or_id)
        )
        row = session.scalars(query).first()
        if row is None:
            noun = "backend"
            raise NotFound(noun, name_or_id)
        return shown(context.cloud, row, _reserved(session).get(row.id, ()))


def brief(context: RequestContext, name_or_id: str) -> Any:
    """Return id, name and version of a cluster's settings, and whether it is offline.

    Raises:
        NotFound: None has this name or id.
    """
    with context.reading() as session:
        session.flush()  # what is prepared does not ask for it
        row = _BRIEF.first(session, {"which": name_or_id})
    if row is None:
        noun = "backend"
        raise NotFound(noun, name_or_id)
    return row


def id_of(context: RequestContext, name: str) -> str:
    """Return the id of the cluster of a name, and nothing else of it; empty when there is none."""
    with context.reading() as session:
        return session.scalar(select(BackendRow.id).where(BackendRow.name == name)) or ""


def require_reachable(context: RequestContext, backend_id: str) -> None:
    """Refuse what a cluster would have to do now, while it is known that it can't be reached.

    Raises:
        Unavailable: It is offline, or did not answer when it was last asked; says it as tenants
            may know it.
    """
    with context.reading() as session:
        query = select(BackendRow.is_offline, BackendRow.problem)
        found = session.execute(query.where(BackendRow.id == backend_id)).first()
    if found is None or found.is_offline or found.problem:
        msg = "the cluster of this server can't be reached now; try again later"
        raise Unavailable(msg)


def note_problem(context: RequestContext, backend_id: str, problem: str) -> None:
    """Write down why a cluster can't be reached, or with nothing that it can again."""
    with context.unit_of_work() as session:
        session.execute(
            update(BackendRow)
            .where(BackendRow.id == backend_id, BackendRow.problem != problem)
            .values(problem=problem)
        )


def listing(context: RequestContext) -> list[Backend]:
    """Return all clusters in the order of their names."""
    with context.reading() as session:
        rows = session.scalars(select(BackendRow).order_by(BackendRow.name))
        reserved = _reserved(session)
        return [shown(context.cloud, row, reserved.get(row.id, ())) for row in rows]


def _reserved(session: Session) -> Mapping[str, list[str]]:
    query = select(ReservationRow).order_by(ReservationRow.project_id)
    found: dict[str, list[str]] = {}
    for row in session.scalars(query):
        found.setdefault(row.backend_id, []).append(row.project_id)
    return found


class Changes(TypedDict, total=False):
    """What is to change of a cluster; None, or nothing, leaves a thing as it is.

    ``settings`` are the driver's and merged into those there are. From now on the cluster is
    reserved for the projects of ``reserve``, and no longer for those of ``free``.
    """

    settings: Mapping[str, str]
    is_drained: bool | None
    drained_because: str | None
    is_offline: bool | None
    is_public: bool | None
    zone: str | None
    vcpu_ratio: float | None
    ram_ratio: float | None
    reserve: Iterable[str]
    free: Iterable[str]


_PLAIN = frozenset(
    {
        "drained_because",
        "is_drained",
        "is_offline",
        "is_public",
        "ram_ratio",
        "vcpu_ratio",
    }
)


def modify(context: RequestContext, name: str, **changes: Unpack[Changes]) -> Backend:
    """Change a cluster.

    Raises:
        NotFound: None has this name.
        Invalid: A zone or a ratio can't be.
        Misconfigured: A setting is wrong.
    """
    _check(changes)
    old = find(context, name)
    with context.unit_of_work() as session:
        row = session.get_one(BackendRow, old.id, with_for_update=True)
        if changes.get("settings"):
            merged = {k: v for k, v in {**old.settings, **old.secrets}.items() if v is not None}
            given = {**merged, **changes["settings"]}
            row.settings, row.secrets = _divided(context.cloud, row.driver, given)
            row.version += 1
        for column, value in changes.items():
            if column in _PLAIN and value is not None:
                setattr(row, column, value)
        if zone := changes.get("zone"):
            _put(row, zone)
        if not row.is_drained:
            row.drained_because = ""
        reserved = set(changes.get("reserve", ()))
        for project_id in reserved.union(changes.get("free", ())):
            session.execute(
                delete(ReservationRow).where(
                    ReservationRow.backend_id == row.id, ReservationRow.project_id == project_id
                )
            )
        session.add_all(ReservationRow(backend_id=row.id, project_id=each) for each in reserved)
    return find(context, old.id)


def _put(row: BackendRow, zone: str) -> None:
    """Put a cluster into a zone; while an aggregate has it in one, it is for afterwards."""
    if row.own_zone:
        row.own_zone = zone
    else:
        row.zone = zone


def check_zone(name: str) -> None:
    """Refuse what no zone can be called.

    Raises:
        Invalid: Says what a name is like.
    """
    if not _ZONE_NAME.fullmatch(name):
        msg = "a zone has 1 to 255 characters and no colon, and no blanks at its ends"
        raise Invalid(msg)


def _check(changes: Changes) -> None:
    zone = changes.get("zone")
    if zone is not None:
        check_zone(zone)
    if min(changes.get("vcpu_ratio") or 0, changes.get("ram_ratio") or 0) < 0:
        msg = "a ratio is above 0, or 0 for that of the configuration"
        raise Invalid(msg)


def remove(context: RequestContext, name: str) -> None:
    """Forget a cluster that has none of our servers.

    Raises:
        NotFound: None has this name.
        Conflict: There are servers on it.
    """
    backend = find(context, name)
    with context.unit_of_work() as session:
        row = session.get_one(BackendRow, backend.id, with_for_update=True)
        booked = select(func.count()).where(BookingRow.backend_id == backend.id)
        if count := session.scalar(booked):
            msg = f"the backend {name} still has {count} servers"
            raise Conflict(msg)
        for table in (ReservationRow, BookedChangeRow, BookedRow, AggregateMemberRow):
            session.execute(delete(table).where(table.backend_id == row.id))
        session.delete(row)
