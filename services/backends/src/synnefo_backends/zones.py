# SPDX-License-Identifier: Apache-2.0
"""Availability zones: groups of clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select

from synnefo_backends.models import ZONE, BackendRow
from synnefo_backends.registry import Backend, listing
from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Prepared

_ZONES = Prepared(select(BackendRow.__table__.c.id, BackendRow.__table__.c.zone))


@dataclass(frozen=True)
class Zone:
    """A group of clusters."""

    name: str
    backends: tuple[Backend, ...]

    @property
    def is_available(self) -> bool:
        """Whether any of the clusters takes new servers."""
        return any(backend.is_open for backend in self.backends)


def zones(context: RequestContext) -> list[Zone]:
    """Return all zones in the order of their names, and so their clusters; without any, the first."""
    found = sorted(listing(context), key=_zone)
    grouped = [Zone(name, tuple(backends)) for name, backends in groupby(found, key=_zone)]
    return grouped or [Zone(ZONE, ())]


def _zone(backend: Backend) -> str:
    return backend.zone


def zones_of_backends(context: RequestContext) -> Mapping[str, str]:
    """Return the zone of each cluster by its id."""
    with context.reading() as session:
        return {row.id: row.zone for row in _ZONES.all(session, {})}
