# SPDX-License-Identifier: Apache-2.0
"""Which clusters there are, as the operator says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import func, select

from synnefo_backends.models import BackendRow, BookingRow
from synnefo_core.cloud import Cloud
from synnefo_core.config import checked_settings
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, Duplicate, NotFound
from synnefo_core.keys import key_ring
from synnefo_core.plugins import driver_class

RING = "backends"
"""The keys that seal what clusters must be told but nobody may read."""


@dataclass(frozen=True)
class Backend:
    """A cluster as registered; sizes in MiB, ``problem`` empty while it answers.

    ``drained``: no new servers, those there are kept. ``offline``: no call is ever made.
    """

    id: str
    name: str
    driver: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)
    version: int
    is_drained: bool
    is_offline: bool
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


def shown(cloud: Cloud, row: BackendRow) -> Backend:
    """Return the value for a row."""
    return Backend(
        id=row.id,
        name=row.name,
        driver=row.driver,
        settings=dict(row.settings),
        secrets=json.loads(key_ring(cloud, RING).open(row.secrets)),
        version=row.version,
        is_drained=row.is_drained,
        is_offline=row.is_offline,
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
        return shown(context.cloud, row)


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
        return shown(context.cloud, row)


def id_of(context: RequestContext, name: str) -> str:
    """Return the id of the cluster of a name, and nothing else of it; empty when there is none."""
    with context.reading() as session:
        return session.scalar(select(BackendRow.id).where(BackendRow.name == name)) or ""


def listing(context: RequestContext) -> list[Backend]:
    """Return all clusters in the order of their names."""
    with context.reading() as session:
        rows = session.scalars(select(BackendRow).order_by(BackendRow.name))
        return [shown(context.cloud, row) for row in rows]


def modify(
    context: RequestContext,
    name: str,
    *,
    settings: Mapping[str, str] | None = None,
    is_drained: bool | None = None,
    is_offline: bool | None = None,
) -> Backend:
    """Change a cluster; settings are merged into those there are.

    Raises:
        NotFound: None has this name.
        Misconfigured: A setting is wrong.
    """
    old = find(context, name)
    with context.unit_of_work() as session:
        row = session.get_one(BackendRow, old.id, with_for_update=True)
        if settings:
            merged = {k: v for k, v in {**old.settings, **old.secrets}.items() if v is not None}
            row.settings, row.secrets = _divided(context.cloud, row.driver, {**merged, **settings})
            row.version += 1
        if is_drained is not None:
            row.is_drained = is_drained
        if is_offline is not None:
            row.is_offline = is_offline
        session.flush()
        return shown(context.cloud, row)


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
        session.delete(row)
