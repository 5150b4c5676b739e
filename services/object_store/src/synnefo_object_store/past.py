# SPDX-License-Identifier: Apache-2.0
"""Versions of the past, where a container keeps them beside the current one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Table, and_, or_, select
from sqlalchemy.orm import Session, aliased

from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid
from synnefo_object_store import access, containers, rows, sharing, versions
from synnefo_object_store.models import ObjectRow
from synnefo_object_store.rows import Kept
from synnefo_object_store.text_order import successor
from synnefo_object_store.values import ListedVersion, ObjectInfo, Window
from synnefo_object_store.versions import DELETED, NULL, Place, Slot

_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause


def list_versions(
    context: RequestContext,
    account: str,
    container: str,
    window: Window,
    *,
    version_marker: str | None = None,
) -> list[ListedVersion]:
    """Return the versions of a container's objects by name, the newest of a name first.

    Args:
        window: Its marker, prefix, end marker and limit count.
        version_marker: Begin behind this version of the marker's name, not behind all of them.

    Raises:
        Forbidden: The caller may not list the container.
        Invalid: The marker of a version is none, or comes without that of a name.
        NotFound: There is no such container.
    """
    number = containers.number(context, account, container)
    query = _versions(number, window)
    if version_marker is not None:
        query = query.where(_behind(window.marker, version_marker))
    elif window.marker:
        query = query.where(_object.c.name > window.marker)
    with context.reading() as session:
        found = session.execute(query.limit(window.limit)).all()
    return [_listed(row) for row in found]


def list_past(context: RequestContext, place: Place) -> list[tuple[int, float]]:
    """Return the numbers of an object's versions and when they came to be, the oldest first.

    Raises:
        Forbidden: The caller may not read the container.
        NotFound: There is no version.
    """
    access.require_in(
        context, place.account, place.container, "object_store:object:read", by=access.READ
    )
    number = containers.find_number(context, place.account, place.container)
    query = (
        select(_object.c.version)
        .where(
            _object.c.container_id == number,
            _object.c.name == place.name,
            _object.c.nature != DELETED,
        )
        .order_by(_object.c.version)
    )
    with context.reading() as session:
        found = [(version, version / 1_000_000) for version in session.scalars(query)]
    if not found:
        raise versions.missing(place)
    return found


def _versions(number: int, window: Window) -> Any:
    later = aliased(ObjectRow)
    is_newest = (
        ~select(later.version)
        .where(
            later.container_id == number,
            later.name == _object.c.name,
            or_(later.is_current, later.version > _object.c.version),
        )
        .exists()
    )
    query = (
        select(
            _object.c.name,
            _object.c.version,
            _object.c.is_current,
            _object.c.is_versioned,
            _object.c.nature,
            is_newest.label("is_newest"),
            _object.c.size_bytes,
            _object.c.etag,
            _object.c.content_type,
            _object.c.modified_at,
        )
        .where(_object.c.container_id == number)
        .order_by(_object.c.name, _object.c.version.desc())
    )
    if window.prefix:
        query = query.where(_object.c.name >= window.prefix)
        end = successor(window.prefix)
        query = query if end is None else query.where(_object.c.name < end)
    if window.end_marker:
        query = query.where(_object.c.name < window.end_marker)
    return query


def _behind(marker: str, version: str) -> Any:
    if not marker:
        msg = "a version_marker needs a marker"
        raise Invalid(msg)
    if version == NULL:
        return _object.c.name >= marker
    if not (version.isascii() and version.isdecimal() and len(version) <= 18):
        msg = "the version_marker is no version"
        raise Invalid(msg)
    is_older = and_(_object.c.name == marker, _object.c.version < int(version))
    return or_(_object.c.name > marker, is_older)


def _listed(row: Row[Any]) -> ListedVersion:
    is_mark = row.nature == DELETED
    return ListedVersion(
        name=row.name,
        version=str(row.version) if row.is_versioned else NULL,
        is_latest=row.is_current or (is_mark and row.is_newest),
        size_bytes=row.size_bytes,
        etag=row.etag,
        content_type=row.content_type,
        modified_at=row.modified_at,
    )


def delete_version(context: RequestContext, place: Place, version: str) -> None:
    """Remove one version for good; if it is the current one no other takes its place.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such version.
    """
    _require_write(context, place)

    def remove(session: Session) -> None:
        row = _required(session, place, version)
        slot = Slot.of(row, place.name)
        rows.drop(context, session, slot, Kept.of(place, row))
        if row.is_current:
            sharing.forget(session, slot)

    versions.settled(context, remove)


def restore_version(context: RequestContext, place: Place, version: str) -> ObjectInfo:
    """Make a version the current one; what is current stays as one of the past.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such version, or it is the mark of a removal.
    """
    _require_write(context, place)

    def restore(session: Session) -> ObjectInfo:
        row = _required(session, place, version)
        if row.nature == DELETED:
            raise versions.missing(place)
        back, slot = Kept.of(place, row), Slot.of(row, place.name)
        if not row.is_current:
            current = versions.find(session, place)
            old = None
            if current is not None and current.name is not None:
                old = Kept.of(place, current)
            rows.restore(context, session, slot, old, back)
        return back.info

    return versions.settled(context, restore)


def _require_write(context: RequestContext, place: Place) -> None:
    access.require_in(
        context, place.account, place.container, "object_store:object:write", by=access.WRITE
    )


def _required(session: Session, place: Place, version: str) -> Row[Any]:
    row = versions.find_version(session, place, version, holds=True)
    if row is None:
        raise versions.missing(place)
    return row
