# SPDX-License-Identifier: Apache-2.0
"""Copies of objects: a new row for a content that is there; no data is moved.

Between two accounts the target's account possesses the blocks from then on: the caller may read
the source, so it has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from synnefo_blocks import Content
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Invalid
from synnefo_object_store import access, history, versions, writes
from synnefo_object_store.engine import storage_of
from synnefo_object_store.limits import check_headers, check_metadata, check_object_name
from synnefo_object_store.values import Condition, ObjectInfo
from synnefo_object_store.versions import Place
from synnefo_object_store.writes import Draft


@dataclass(frozen=True)
class Copying:
    """What a copy is to be besides its content.

    Attributes:
        metadata: Added to that of the source, or instead of it (``is_fresh``).
        headers: As with metadata.
        content_type: None: the source's.
        condition: What must hold for the target.
        expires_at: None: when the source is to be removed, unless ``is_fresh``.
    """

    metadata: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None
    is_fresh: bool = False
    condition: Condition | None = None
    expires_at: float | None = None


def copy_object(
    context: RequestContext, source: ObjectInfo, target: Place, copying: Copying
) -> ObjectInfo:
    """Make or replace an object by a copy of one that was found; of a large one that is a manifest.

    Raises:
        Conflict: The source is being changed.
        Forbidden: The caller may not write there, or no longer read the source.
        Invalid: The name or the metadata can't be.
        NotFound: The target's container or the source is not there.
        PreconditionFailed: The condition does not hold.
        QuotaExceeded: The project may not store so much.
    """
    check_object_name(target.name)
    _require(context, source, target)
    draft = merged(source, copying)
    if source.account != target.account:
        draft = replace(draft, names=_names(context, source))
    check_metadata(draft.metadata)
    check_headers(draft.headers, draft.content_type)

    def change(session: Session) -> ObjectInfo:
        # Held until the copy is there, so that at each moment one of the two keeps the content.
        store = versions.hold_for(session, source, target)
        if store is None:
            msg = "the source is being changed by others; try again"
            raise Conflict(msg)
        here = replace(draft, store=store)
        return writes.put(context, session, target, here, copying.condition)

    return versions.settled(context, change)


def move_object(
    context: RequestContext, source: Place, target: Place, copying: Copying
) -> ObjectInfo:
    """Move an object: at each moment it is in one of the two places. It keeps its id.

    What others may do with it stays behind, and ends. What was at the target is replaced.

    Raises:
        Forbidden: The caller is not the source's owner, or may not write there.
        Invalid: The name or the metadata can't be, or both are one place.
        NotFound: The target's container or the source is not there.
        PreconditionFailed: The condition does not hold.
        QuotaExceeded: The project may not store so much.
    """
    check_object_name(target.name)
    access.require_owner(context, source.account)
    access.require_at(context, target, "object_store:object:write", by=access.WRITE)
    if source == target:
        msg = "an object can't be moved to where it is"
        raise Invalid(msg)
    names, of = b"", None
    if source.account != target.account:
        with context.reading() as session:
            of = versions.shown(source, versions.required(context, session, source))
        names = _names(context, of)

    def change(session: Session) -> ObjectInfo:
        versions.lock(session, (source, target))
        row = versions.required(context, session, source)
        found = versions.shown(source, row)
        if of is not None and of.reference != found.reference:
            msg = "the source is being changed by others; try again"
            raise Conflict(msg)
        draft = replace(merged(found, copying), names=names, object_id=found.id)
        check_metadata(draft.metadata)
        check_headers(draft.headers, draft.content_type)
        # First: else there would have to be room for it twice.
        history.remove(context, session, row, source)
        return writes.put(context, session, target, draft, copying.condition)

    return versions.settled(context, change)


def _require(context: RequestContext, source: ObjectInfo, target: Place) -> None:
    place = Place(source.account, source.container, source.name)
    access.require_at(context, place, "object_store:object:read", by=access.READ)
    access.require_at(context, target, "object_store:object:write", by=access.WRITE)


def merged(source: ObjectInfo, copying: Copying) -> Draft:
    """Return what a copy is to be."""
    is_fresh = copying.is_fresh
    return Draft(
        reference=source.reference,
        store=source.store,
        etag=source.etag,
        object_hash=source.object_hash,
        content_type=copying.content_type or source.content_type,
        metadata={**({} if is_fresh else source.metadata), **copying.metadata},
        headers={**({} if is_fresh else source.headers), **copying.headers},
        nature=source.nature,
        special=source.special,
        expires_at=copying.expires_at or (None if is_fresh else source.expires_at),
    )


def _names(context: RequestContext, source: ObjectInfo) -> bytes:
    """Return the concatenated names of a content's blocks."""
    storage = storage_of(context.cloud, source.store)
    return context.cloud.offload.run(
        lambda: b"".join(Content(storage, source.reference).block_names())
    )
