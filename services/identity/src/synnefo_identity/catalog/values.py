# SPDX-License-Identifier: Apache-2.0
"""Regions, services and endpoints, an operator's own ones and those that are installed."""

from __future__ import annotations

from dataclasses import dataclass, field

from synnefo_identity.models import EndpointRow, RegionRow, ServiceRow
from synnefo_identity.values import Extra


@dataclass(frozen=True)
class Region:
    """A part of the world; one without a parent is in no other."""

    id: str
    parent_id: str | None = None
    description: str = ""
    extra: Extra = field(default_factory=dict)

    @classmethod
    def of(cls, row: RegionRow) -> Region:
        """Return a row's value."""
        return cls(row.id, row.parent_id, row.description, dict(row.extra))


@dataclass(frozen=True)
class Endpoint:
    """Where a service is; ``url`` may hold ``%(project_id)s`` and the like."""

    id: str
    service_id: str
    interface: str
    region_id: str | None
    url: str
    is_enabled: bool = True
    extra: Extra = field(default_factory=dict)

    @classmethod
    def of(cls, row: EndpointRow) -> Endpoint:
        """Return a row's value."""
        return cls(
            id=row.id,
            service_id=row.service_id,
            interface=row.interface,
            region_id=row.region_id,
            url=row.url,
            is_enabled=row.is_enabled,
            extra=dict(row.extra),
        )


@dataclass(frozen=True)
class Service:
    """A service; ``endpoints`` are there where the whole catalog is asked for.

    So is ``ui_url``: where people look at the component that it belongs to. ``component_id`` None:
    it is of none. One that is not public is in no menu.
    """

    id: str
    type: str
    name: str
    description: str = ""
    is_enabled: bool = True
    extra: Extra = field(default_factory=dict)
    endpoints: tuple[Endpoint, ...] = ()
    component_id: str | None = None
    is_public: bool = True
    ui_url: str = ""

    @classmethod
    def of(
        cls, row: ServiceRow, endpoints: tuple[Endpoint, ...] = (), *, ui_url: str = ""
    ) -> Service:
        """Return a row's value."""
        return cls(
            id=row.id,
            type=row.type,
            name=row.name,
            description=row.description,
            is_enabled=row.is_enabled,
            extra=dict(row.extra),
            endpoints=endpoints,
            component_id=row.component_id,
            is_public=row.is_public,
            ui_url=ui_url,
        )


@dataclass(frozen=True)
class Installed:
    """The ids of the regions and services that come with the cloud: no rows, but as real."""

    regions: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
