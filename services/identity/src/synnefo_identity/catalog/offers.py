# SPDX-License-Identifier: Apache-2.0
"""What every token's catalog shows of an operator's services, remembered for a moment.

The process that changes something sees it at once, others within :data:`KNOWN_S`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.db.session import after_commit
from synnefo_identity.catalog.values import Endpoint, Service
from synnefo_identity.models import ComponentRow, EndpointRow, ServiceRow

KNOWN_S = 1.0
"""How old what is remembered may be."""


@dataclass(frozen=True)
class Offers:
    """Enabled services with their enabled endpoints, by type; and those of installed services."""

    services: tuple[Service, ...] = ()
    elsewhere: Mapping[str, tuple[Endpoint, ...]] = field(default_factory=dict)


class Remembered:
    """The offers that this process read last."""

    def __init__(self, cloud: Cloud) -> None:
        """Begin with none."""
        self._clock = cloud.clock
        self._read_at = float("-inf")
        self._changes = 0
        self._offers = Offers()

    def find(self, context: RequestContext) -> Offers:
        """Return the offers, read anew when they are old."""
        now, changes = self._clock.monotonic(), self._changes
        if now - self._read_at < KNOWN_S:
            return self._offers
        with context.reading() as session:
            found = _read(session)
        if found == self._offers:
            found = self._offers  # who made something of it sees that it is the same
        # What was read before a change that was made meanwhile is not remembered.
        if changes == self._changes:
            self._offers, self._read_at = found, now
        return found

    def forget(self) -> None:
        """Have the next one read them."""
        self._changes += 1
        self._read_at = float("-inf")


def offered(context: RequestContext) -> Offers:
    """Return what operators offer beside what is installed."""
    return _remembered(context).find(context)


def note(context: RequestContext, session: Session) -> None:
    """Have this process see a change once it is committed."""
    after_commit(session, _remembered(context).forget)


def _remembered(context: RequestContext) -> Remembered:
    cloud = context.cloud
    return cloud.shared("identity.offers", lambda: Remembered(cloud))


def _read(session: Session) -> Offers:
    endpoints: dict[str, list[Endpoint]] = {}
    query = select(EndpointRow).where(EndpointRow.is_enabled).order_by(EndpointRow.id)
    for row in session.scalars(query):
        endpoints.setdefault(row.service_id, []).append(Endpoint.of(row))
    services = []
    of_component = ComponentRow.id == ServiceRow.component_id
    everything = select(ServiceRow, ComponentRow.ui_url).outerjoin(ComponentRow, of_component)
    for service, ui_url in session.execute(everything.order_by(ServiceRow.type, ServiceRow.id)):
        own = tuple(endpoints.pop(service.id, ()))
        if service.is_enabled:
            services.append(Service.of(service, own, ui_url=ui_url or ""))
    return Offers(tuple(services), {key: tuple(value) for key, value in endpoints.items()})
