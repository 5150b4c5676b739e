# SPDX-License-Identifier: Apache-2.0
"""What becomes of an object that is replaced or removed.

A container may keep versions beside the current one (``X-Versions-Enabled``), or have them moved
to another container, from where a removal brings them back (``X-Versions-Location``) or does not
(``X-History-Location``). No data is moved.

Source: OpenStack Swift documentation, "Object Versioning" and "Versioned Writes".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from synnefo_blocks import EMPTY
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import PreconditionFailed
from synnefo_object_store import rows, sharing, versions
from synnefo_object_store.limits import check_object_name
from synnefo_object_store.models import ObjectRow
from synnefo_object_store.rows import Kept
from synnefo_object_store.settings import HISTORY_LOCATION, VERSIONS_ENABLED, VERSIONS_LOCATION
from synnefo_object_store.text_order import successor
from synnefo_object_store.values import ObjectInfo
from synnefo_object_store.versions import Place, Slot

MARK = "application/x-deleted;swift_versions_deleted=1"
"""The content type that Swift gives to the mark of a removal."""
_EMPTY_MD5 = "d41d8cd98f00b204e9800998ecf8427e"

_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause


def is_enabled(settings: Mapping[str, str]) -> bool:
    """Say whether a container keeps versions beside the current one."""
    return settings.get(VERSIONS_ENABLED) == "True"


def remove(context: RequestContext, session: Session, row: Row[Any], place: Place) -> ObjectInfo:
    """Remove the current version that was found, as its container wants it.

    Returns:
        The mark of the removal if there is one now, else what was removed.
    """
    old, slot = Kept.of(place, row), Slot.of(row, place.name)
    found = old.info
    if is_enabled(row.container_settings):
        mark = _mark(context, found, rows.next_instant(context, session, slot))
        rows.retire(context, session, slot, old, mark.version)
        rows.add(context, session, slot, mark, user_id=row.user_id, is_current=False)
        _share_no_more(session, row, slot)
        return mark
    if found.is_versioned:
        at = rows.next_instant(context, session, slot)
        rows.retire(context, session, slot, old, at)
    elif not _bring_back(context, session, row, old):
        _leave_mark(context, session, row, found)
        rows.drop(context, session, slot, old)
    _share_no_more(session, row, slot)
    return found


def _share_no_more(session: Session, row: Row[Any], slot: Slot) -> None:
    if row.is_among_shared:
        sharing.forget(session, slot)


def archive(context: RequestContext, session: Session, row: Row[Any], found: ObjectInfo) -> None:
    """Have a version that is about to go stay in the container that is set for it, if one is.

    Raises:
        Invalid: Its name would be too long there.
        PreconditionFailed: There is no such container.
    """
    settings = row.container_settings
    container = settings.get(VERSIONS_LOCATION) or settings.get(HISTORY_LOCATION)
    if container is None:
        return
    name = f"{_prefix(found.name)}{found.version / 1_000_000:.6f}"
    check_object_name(name)
    target = Place(found.account, container, name)
    there = versions.find(session, target, holds=True)
    if there is None:
        msg = f"there is no container {container} for old versions"
        raise PreconditionFailed(msg)
    if there.name is None:
        kept = replace(
            found,
            id=new_id(),
            container=container,
            name=name,
            # There it begins now.
            version=rows.next_version(context, found),
        )
        rows.add(context, session, Slot.of(there, name), kept, user_id=row.user_id)


def _leave_mark(
    context: RequestContext, session: Session, row: Row[Any], found: ObjectInfo
) -> None:
    """Archive what is removed and a mark that it was (X-History-Location)."""
    container = row.container_settings.get(HISTORY_LOCATION)
    if container is None:
        return
    archive(context, session, row, found)
    at = rows.next_version(context, found)
    mark = replace(_mark(context, found, at), nature="", is_versioned=False, container=container)
    name = f"{_prefix(found.name)}{mark.version / 1_000_000:.6f}"
    there = versions.find(session, Place(found.account, container, name), holds=True)
    if there is not None and there.name is None:
        rows.add(context, session, Slot.of(there, name), mark, user_id=row.user_id)


def _prefix(name: str) -> str:
    """Return how the names of archived versions begin: Swift counts bytes."""
    return f"{len(name.encode()):03x}{name}/"


def _mark(context: RequestContext, found: ObjectInfo, version: int) -> ObjectInfo:
    now = context.now()
    return ObjectInfo(
        id=new_id(),
        account=found.account,
        container=found.container,
        name=found.name,
        version=version,
        size_bytes=0,
        etag=_EMPTY_MD5,
        content_type=MARK,
        modified_at=now,
        created_at=now,
        object_hash=EMPTY.digest.hex(),
        reference=EMPTY,
        store=found.store,
        metadata={},
        headers={},
        is_versioned=True,
        nature=versions.DELETED,
        modified_by=context.user_id,
    )


def _bring_back(context: RequestContext, session: Session, row: Row[Any], old: Kept) -> bool:
    """Put the newest archived version in the place of one that is removed; say if there was one."""
    found = old.info
    container = row.container_settings.get(VERSIONS_LOCATION)
    if container is None:
        return False
    name = _newest(session, Place(found.account, container, _prefix(found.name)))
    if name is None:
        return False
    place = Place(found.account, container, name)
    there = versions.find(session, place, holds=True)
    if there is None or there.name is None:
        return False
    kept = Kept.of(place, there)
    back = replace(
        kept.info,
        id=found.id,
        container=found.container,
        name=found.name,
        version=rows.next_version(context, found),
        modified_at=context.now(),
        is_versioned=False,
    )
    slot = Slot.of(row, found.name)
    rows.replace(context, session, slot, old, (back, there.user_id))
    rows.drop(context, session, Slot.of(there, name), kept)
    return True


def _newest(session: Session, prefix: Place) -> str | None:
    """Return the last name in a container that begins so."""
    row = versions.find(session, Place(prefix.account, prefix.container, ""))
    if row is None:
        return None
    query = (
        select(_object.c.name)
        .where(
            _object.c.container_id == row.container,
            _object.c.is_current,
            _object.c.name >= prefix.name,
            _object.c.name < successor(prefix.name),
        )
        .order_by(_object.c.name.desc())
        .limit(1)
    )
    name: str | None = session.scalar(query)
    return name
