# SPDX-License-Identifier: Apache-2.0
"""Services that an operator adds to the catalog.

Source: Identity API reference, "Service catalog and endpoints".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete as delete_rows, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_identity import attributes
from synnefo_identity.catalog import offers
from synnefo_identity.catalog.values import Service
from synnefo_identity.models import EndpointRow, ServiceRow

KNOWN = frozenset({"type", "name", "description", "is_enabled"})


def create(context: RequestContext, values: Mapping[str, Any]) -> Service:
    """Make a service."""
    with context.unit_of_work() as session:
        row = ServiceRow(extra={})
        return _set(context, session, row, values)


def show(context: RequestContext, service_id: str) -> Service:
    """Return a service."""
    with context.reading() as session:
        return Service.of(find(session, service_id))


def index(context: RequestContext) -> Sequence[Service]:
    """Return all services, by id."""
    query = select(ServiceRow).order_by(ServiceRow.id)
    with context.reading() as session:
        return [Service.of(row) for row in session.scalars(query)]


def update(context: RequestContext, service_id: str, values: Mapping[str, Any]) -> Service:
    """Change attributes."""
    with context.unit_of_work() as session:
        return _set(context, session, find(session, service_id), values)


def delete(context: RequestContext, service_id: str) -> None:
    """Delete a service with its endpoints."""
    with context.unit_of_work() as session:
        row = find(session, service_id)
        session.execute(delete_rows(EndpointRow).where(EndpointRow.service_id == service_id))
        session.delete(row)
        offers.note(context, session)


def _set(
    context: RequestContext, session: Session, row: ServiceRow, values: Mapping[str, Any]
) -> Service:
    attributes.apply(row, values, KNOWN)
    session.add(row)
    session.flush()
    offers.note(context, session)
    return Service.of(row)


def find(session: Session, service_id: str) -> ServiceRow:
    """Return a service's row.

    Raises:
        NotFound: There is none.
    """
    row = session.get(ServiceRow, service_id)
    if row is None:
        raise NotFound("service", service_id)
    return row
