# SPDX-License-Identifier: Apache-2.0
"""Objects: found, written, changed and removed.

An upload stores its blocks first and then writes one transaction, so what fails half-way leaves
nothing but garbage for the collector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from synnefo_blocks import Read, Reader, Written, write
from synnefo_core.context import RequestContext
from synnefo_core.errors import TooLarge, Unprocessable
from synnefo_object_store import access, domains, history, periods, rows, versions, writes
from synnefo_object_store.domains import FILES
from synnefo_object_store.engine import engine, storage_of
from synnefo_object_store.limits import check_headers, check_metadata, check_object_name
from synnefo_object_store.metadata import merged
from synnefo_object_store.permits import Permits, check_permits, permit
from synnefo_object_store.uploads import uploads
from synnefo_object_store.values import Condition, Incoming, ObjectInfo
from synnefo_object_store.versions import Place, Slot
from synnefo_object_store.writes import Draft

_LOOK_FIRST_BYTES = 64 * 1024
"""A body that is no longer is read before anything is looked up."""
_UPDATED = ("version", "modified_at", "content_type", "metadata", "headers", "expires_at")
"""Columns that an update writes; its content may move to another store meanwhile."""


def show_object(
    context: RequestContext,
    account: str,
    container: str,
    name: str,
    *,
    version: str | None = None,
    moment: float | None = None,
) -> ObjectInfo:
    """Return an object as it is kept: of a large one its manifest, and symlinks themselves.

    Args:
        context: Who asks.
        account: The account.
        container: The container.
        name: The object's name.
        version: Which version; None: the current one.
        moment: Instead: that which was current then, in seconds since the epoch.

    Raises:
        Forbidden: The account is not the caller's.
        NotFound: There is no such object, or not in that version.
    """
    place = Place(account, container, name)
    if moment is not None:
        return _at(context, place, moment)
    if version is None:
        access.require_at(context, place, "object_store:object:read", by=access.READ)
    else:
        access.require_in(context, account, container, "object_store:object:read", by=access.READ)
    with context.reading() as session:
        if version is None:
            row = versions.find(session, place)
        else:
            row = versions.find_version(session, place, version)
    if row is None or not versions.is_there(row, context.now()):
        raise versions.missing(place)
    return versions.shown(place, row)


def _at(context: RequestContext, place: Place, moment: float) -> ObjectInfo:
    access.require_inside(context, place.account, "object_store:object:read")
    with context.reading() as session:
        row = periods.find(session, place, periods.instant(moment))
    if row is None or not versions.is_there(row, moment):
        raise versions.missing(place)
    return versions.shown(place, row)


def open_object(context: RequestContext, found: ObjectInfo) -> Reader:
    """Return a reader of an object's content.

    Raises:
        Corrupt: The store has lost a part of it.
        StorageUnavailable: The store does not answer.
    """
    cloud = context.cloud
    return Reader(storage_of(cloud, found.store), cloud.offload, found.reference)


def put_object(
    context: RequestContext,
    account: str,
    container: str,
    name: str,
    *,
    read: Read,
    incoming: Incoming,
) -> ObjectInfo:
    """Store a stream as an object; one of that name is replaced.

    Raises:
        Forbidden: The caller may not.
        Invalid: The name, the metadata or a header can't be.
        NotFound: There is no such container.
        PreconditionFailed: The condition does not hold.
        QuotaExceeded: The project may not store so much.
        StorageFull: The store has no room.
        TooLarge: The content is too long.
        Unprocessable: The content has not the promised MD5.
    """
    place = Place(account, container, name)
    access.require_at(context, place, "object_store:object:write", by=access.WRITE)
    check_object_name(name)
    check_metadata(incoming.metadata)
    check_headers(incoming.headers, incoming.content_type)
    ours = engine(context.cloud)
    if (incoming.size_bytes or 0) > ours.largest_bytes:
        raise TooLarge(ours.largest_bytes)
    if incoming.size_bytes is None or incoming.size_bytes > _LOOK_FIRST_BYTES:
        writes.look_first(context, place, incoming.condition, incoming.size_bytes or 0)
    bounded = limited(read, ours.largest_bytes)
    with uploads(context.cloud).begin(ours.store) as upload:
        written = write(ours.storage, ours.offload, bounded, tell=upload.stored)
        if incoming.md5 not in (None, written.md5):
            msg = f"the content's MD5 is {written.md5}, not {incoming.md5}"
            raise Unprocessable(msg)
        draft = _draft(ours.store, incoming, written)
        return versions.settled(
            context,
            lambda session: writes.put(context, session, place, draft, incoming.condition),
        )


def _draft(store: str, incoming: Incoming, written: Written) -> Draft:
    return Draft(
        reference=written.reference,
        store=store,
        etag=written.md5,
        object_hash=written.object_hash.hex(),
        content_type=incoming.content_type,
        metadata=incoming.metadata,
        domain=incoming.domain,
        headers=incoming.headers,
        names=written.names,
        expires_at=incoming.expires_at,
        nature=incoming.nature,
        special=incoming.special,
    )


def update_object(
    context: RequestContext,
    account: str,
    container: str,
    name: str,
    *,
    metadata: Mapping[str, str],
    headers: Mapping[str, str],
    domain: str = FILES,
    content_type: str | None = None,
    expires_at: float | None = None,
    keeps: bool = False,
    permits: Permits | None = None,
    condition: Condition | None = None,
) -> ObjectInfo:
    """Replace an object's metadata, headers and end; without a content type it keeps its own.

    Args:
        metadata: By the names under which an object keeps them (``qualified``).
        domain: Whose metadata these are; what others say of the object stays.
        keeps: What is not given stays as it is, and metadata that is given empty is removed.
        permits: What others may do with it from now on; None: as it is.
        condition: What must hold for the object.

    Raises:
        Forbidden: The caller may not.
        Invalid: There is too much of it.
        NotFound: There is no such object.
        PreconditionFailed: The condition does not hold.
    """
    place = Place(account, container, name)
    access.require_at(context, place, "object_store:object:write", by=access.WRITE)
    check_permits(context, account, permits)
    check_metadata(metadata)
    check_headers(headers, content_type or "")

    def change(session: Session) -> ObjectInfo:
        row = versions.required(context, session, place)
        writes.check_condition(condition or Condition(), row, context.now())
        found = versions.shown(place, row)
        changed = replace(
            found,
            modified_by=context.user_id,
            version=found.version if found.is_versioned else rows.next_version(context, found),
            modified_at=context.now(),
            content_type=content_type or found.content_type,
            metadata=_said(found, metadata, domain, keeps=keeps),
            headers={**found.headers, **headers} if keeps else dict(headers),
            expires_at=expires_at or (found.expires_at if keeps else None),
        )
        values = {name: getattr(changed, name) for name in _UPDATED}
        values["modified_by"] = None if row.user_id == context.user_id else context.user_id
        versions.change(session, versions.UPDATE, row.container, found, values)
        if permits is not None:
            permit(session, Slot.of(row, name), found, permits)
        return changed

    return versions.settled(context, change)


def _said(
    found: ObjectInfo, metadata: Mapping[str, str], domain: str, *, keeps: bool
) -> dict[str, str]:
    """Return what is said of an object after an update."""
    if keeps:
        return merged(found.metadata, metadata)
    replaced = domains.replaced(found.metadata, metadata, domain)
    check_metadata(replaced)
    return replaced


def delete_object(context: RequestContext, account: str, container: str, name: str) -> ObjectInfo:
    """Remove an object.

    Returns:
        What was removed, or the mark of the removal where the container keeps versions.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such object.
        PreconditionFailed: Its versions belong into a container that is not there.
    """
    access.require_in(context, account, container, "object_store:object:write", by=access.WRITE)
    place = Place(account, container, name)

    def remove(session: Session) -> ObjectInfo:
        row = versions.required(context, session, place)
        return history.remove(context, session, row, place)

    return versions.settled(context, remove)


def limited(read: Read, limit_bytes: int) -> Read:
    """Return a stream that refuses to become longer than a limit."""
    total = 0

    def counted(most: int) -> bytes:
        nonlocal total
        piece = read(most)
        total += len(piece)
        if total > limit_bytes:
            raise TooLarge(limit_bytes)
        return piece

    return counted
