# SPDX-License-Identifier: Apache-2.0
"""Endpoints that an operator adds to the catalog, of any service in it.

Source: Identity API reference, "Service catalog and endpoints".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, NotFound
from synnefo_identity import attributes
from synnefo_identity.catalog import offers, regions, services
from synnefo_identity.catalog.values import Endpoint, Installed
from synnefo_identity.models import EndpointRow, RegionRow

KNOWN = frozenset({"service_id", "interface", "region_id", "url", "is_enabled"})

_PLACE = re.compile(r"[$%]\((\w*)\)s")
_PLACES = frozenset({"project_id", "tenant_id", "user_id"})


def create(
    context: RequestContext,
    values: Mapping[str, Any],
    installed: Installed,
    *,
    region: str | None = None,
) -> Endpoint:
    """Make an endpoint.

    Args:
        context: An administrator's.
        values: Its attributes.
        installed: What else there is.
        region: A region that is made if it is not there, as clients of older versions expect.

    Raises:
        NotFound: There is no such service.
        InvalidField: There is no such region, or the URL holds places that nothing fills.
    """
    with context.unit_of_work() as session:
        placed = {**values, **_in_region(session, region, installed)}
        return _set(context, session, EndpointRow(extra={}), placed, installed)


def show(context: RequestContext, endpoint_id: str) -> Endpoint:
    """Return an endpoint."""
    with context.reading() as session:
        return Endpoint.of(_find(session, endpoint_id))


def index(context: RequestContext) -> Sequence[Endpoint]:
    """Return all endpoints, by id."""
    query = select(EndpointRow).order_by(EndpointRow.id)
    with context.reading() as session:
        return [Endpoint.of(row) for row in session.scalars(query)]


def update(
    context: RequestContext,
    endpoint_id: str,
    values: Mapping[str, Any],
    installed: Installed,
    *,
    region: str | None = None,
) -> Endpoint:
    """Change attributes; a ``region`` is made as for :func:`create`.

    Raises:
        NotFound: There is no such endpoint or service.
        InvalidField: As for :func:`create`.
    """
    with context.unit_of_work() as session:
        row = _find(session, endpoint_id)
        placed = {**values, **_in_region(session, region, installed)}
        return _set(context, session, row, placed, installed)


def delete(context: RequestContext, endpoint_id: str) -> None:
    """Delete an endpoint."""
    with context.unit_of_work() as session:
        session.delete(_find(session, endpoint_id))
        offers.note(context, session)


def _in_region(session: Session, region: str | None, installed: Installed) -> Mapping[str, str]:
    """Return what puts an endpoint into a region, which is made if it is not there."""
    if region is None:
        return {}
    if region not in installed.regions and session.get(RegionRow, region) is None:
        session.add(RegionRow(id=region, extra={}))
        session.flush()
    return {"region_id": region}


def _set(
    context: RequestContext,
    session: Session,
    row: EndpointRow,
    values: Mapping[str, Any],
    installed: Installed,
) -> Endpoint:
    attributes.apply(row, values, KNOWN)
    if row.service_id not in installed.services:
        services.find(session, row.service_id)
    regions.require(session, row.region_id, installed)
    if not {place[1] for place in _PLACE.finditer(row.url)} <= _PLACES:
        raise InvalidField("url", f"knows the places {', '.join(sorted(_PLACES))} only")
    session.add(row)
    session.flush()
    offers.note(context, session)
    return Endpoint.of(row)


def _find(session: Session, endpoint_id: str) -> EndpointRow:
    row = session.get(EndpointRow, endpoint_id)
    if row is None:
        raise NotFound("endpoint", endpoint_id)
    return row
