# SPDX-License-Identifier: Apache-2.0
"""Regions: names for parts of the world, one in the other or not.

Source: Identity API reference, "Regions".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_hex_id
from synnefo_core.errors import Duplicate, Forbidden, InvalidField, NotFound
from synnefo_identity import attributes
from synnefo_identity.catalog.values import Installed, Region
from synnefo_identity.models import EndpointRow, RegionRow

KNOWN = frozenset({"description", "parent_id"})


def create(
    context: RequestContext, region_id: str | None, values: Mapping[str, Any], installed: Installed
) -> Region:
    """Make a region of an id, a generated one when None.

    Raises:
        Duplicate: There is one of the id.
        NotFound: The parent does not exist.
    """
    with context.unit_of_work() as session:
        taken = session.get(RegionRow, region_id or "") is not None
        if taken or region_id in installed.regions:
            raise Duplicate("region", region_id or "")
        row = RegionRow(id=region_id or new_hex_id(), extra={})
        _set(session, row, values, installed)
        return Region.of(row)


def show(context: RequestContext, region_id: str) -> Region:
    """Return a region."""
    with context.reading() as session:
        return Region.of(_find(session, region_id))


def index(context: RequestContext) -> Sequence[Region]:
    """Return all regions, by id."""
    with context.reading() as session:
        return [Region.of(row) for row in session.scalars(select(RegionRow).order_by(RegionRow.id))]


def update(
    context: RequestContext, region_id: str, values: Mapping[str, Any], installed: Installed
) -> Region:
    """Change attributes.

    Raises:
        NotFound: The region or its new parent does not exist.
        InvalidField: It would be in itself.
    """
    with context.unit_of_work() as session:
        row = _find(session, region_id)
        _set(session, row, values, installed)
        return Region.of(row)


def delete(context: RequestContext, region_id: str) -> None:
    """Delete a region with those in it.

    Raises:
        Forbidden: There is an endpoint in one of them.
    """
    with context.unit_of_work() as session:
        found = {region_id: _find(session, region_id)}
        waiting = [region_id]
        while waiting:
            query = select(RegionRow).where(RegionRow.parent_id.in_(waiting))
            inner = {row.id: row for row in session.scalars(query) if row.id not in found}
            waiting = list(inner)
            found |= inner
        ids = list(found)
        if session.scalar(select(exists().where(EndpointRow.region_id.in_(ids)))):
            raise Forbidden("a region can't be deleted while there are endpoints in it")
        for region in found.values():
            session.delete(region)


def require(session: Session, region_id: str | None, installed: Installed) -> None:
    """Refuse a region that is not there.

    Raises:
        InvalidField: It is not.
    """
    known = region_id is None or region_id in installed.regions
    if not known and session.get(RegionRow, region_id) is None:
        raise InvalidField("region_id", "there is no such region")


def _set(session: Session, row: RegionRow, values: Mapping[str, Any], installed: Installed) -> None:
    attributes.apply(row, values, KNOWN)
    above, inner = row.parent_id, {row.id}
    while above is not None and above not in installed.regions:
        if above in inner:
            raise InvalidField("parent_region_id", "a region can't be in itself")
        inner.add(above)
        above = _find(session, above).parent_id
    session.add(row)
    region_id = row.id  # after a failed flush nothing can be read
    try:
        session.flush()
    except IntegrityError as cause:
        raise Duplicate("region", region_id) from cause


def _find(session: Session, region_id: str) -> RegionRow:
    row = session.get(RegionRow, region_id)
    if row is None:
        raise NotFound("region", region_id)
    return row
