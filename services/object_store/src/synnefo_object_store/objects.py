# SPDX-License-Identifier: Apache-2.0
"""Objects: found, written, changed and removed.

An upload stores its blocks first and then writes one transaction, so what fails half-way leaves
nothing but garbage for the collector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_blocks import Read, Reader, Written, write
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge
from synnefo_core.db.base import new_id
from synnefo_core.errors import (
    PreconditionFailed,
    QuotaExceeded,
    TooLarge,
    Unprocessable,
)
from synnefo_object_store import accounts, possession, statistics, versions
from synnefo_object_store.engine import engine, storage_of
from synnefo_object_store.limits import check_headers, check_metadata, check_object_name
from synnefo_object_store.uploads import uploads
from synnefo_object_store.values import Condition, Incoming, ObjectInfo
from synnefo_object_store.versions import Place

DISKSPACE = "pithos.diskspace"

_LOOK_FIRST_BYTES = 64 * 1024
"""A body that is no longer is read before anything is looked up."""


def find_object(
    context: RequestContext, account: str, container: str, name: str, *, version: str | None = None
) -> ObjectInfo:
    """Return an object.

    Raises:
        Forbidden: The account is not the caller's.
        NotFound: There is no such object, or not in that version.
    """
    accounts.require(context, account, "object_store:object:read")
    place = Place(account, container, name)
    with context.reading() as session:
        row = versions.find(session, place)
    if row is None or row.name is None or version not in (None, str(row.version)):
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
    accounts.require(context, account, "object_store:object:write")
    place = Place(account, container, name)
    check_object_name(name)
    check_metadata(incoming.metadata)
    check_headers(incoming.headers, incoming.content_type)
    ours = engine(context.cloud)
    if (incoming.size_bytes or 0) > ours.largest_bytes:
        raise TooLarge(ours.largest_bytes)
    if incoming.size_bytes is None or incoming.size_bytes > _LOOK_FIRST_BYTES:
        _look_first(context, place, incoming)
    limited = _limited(read, ours.largest_bytes)
    with uploads(context.cloud).begin(ours.store) as upload:
        written = write(ours.storage, ours.offload, limited, tell=upload.stored)
        if incoming.md5 not in (None, written.md5):
            msg = f"the content's MD5 is {written.md5}, not {incoming.md5}"
            raise Unprocessable(msg)
        return versions.settled(
            context,
            lambda session: _put(context, session, place, incoming=incoming, written=written),
        )


def update_object(
    context: RequestContext,
    account: str,
    container: str,
    name: str,
    *,
    metadata: Mapping[str, str],
    headers: Mapping[str, str],
    content_type: str | None = None,
) -> ObjectInfo:
    """Replace an object's metadata and headers; without a content type it keeps its own.

    Raises:
        Forbidden: The caller may not.
        Invalid: There is too much of it.
        NotFound: There is no such object.
    """
    accounts.require(context, account, "object_store:object:write")
    check_metadata(metadata)
    check_headers(headers, content_type or "")
    place = Place(account, container, name)

    def change(session: Session) -> ObjectInfo:
        found, number, _ = versions.required(session, place)
        changed = replace(
            found,
            version=_next_version(context, found),
            modified_at=context.now(),
            content_type=content_type or found.content_type,
            metadata=dict(metadata),
            headers=dict(headers),
        )
        values = {
            "version": changed.version,
            "modified_at": changed.modified_at,
            "content_type": changed.content_type,
            "metadata": changed.metadata,
            "headers": changed.headers,
        }
        versions.change(session, versions.UPDATE, number, found, values)
        return changed

    return versions.settled(context, change)


def delete_object(context: RequestContext, account: str, container: str, name: str) -> None:
    """Remove an object.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such object.
    """
    accounts.require(context, account, "object_store:object:write")
    place = Place(account, container, name)

    def remove(session: Session) -> None:
        found, number, user_id = versions.required(session, place)
        versions.change(session, versions.DELETE, number, found, {})
        statistics.add(
            session,
            account=account,
            container_id=number,
            objects=-1,
            bytes_=-found.size_bytes,
        )
        _charge(context, account, {user_id: -found.size_bytes})

    versions.settled(context, remove)


def _look_first(context: RequestContext, place: Place, incoming: Incoming) -> None:
    """Refuse what is bound to fail before a long body is read."""
    with context.reading() as session:
        row = versions.find(session, place)
        if row is None:
            raise versions.missing_container(place)
        _check_condition(incoming.condition, row)
        growth = (incoming.size_bytes or 0) - (row.size_bytes or 0)
        if growth > 0:
            holding = synnefo_quota.left(context, place.account, DISKSPACE)
            left = max(0, holding.limit - holding.usage)
            if growth > left:
                raise QuotaExceeded(DISKSPACE, growth, left)


def _limited(read: Read, limit_bytes: int) -> Read:
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


def _put(
    context: RequestContext,
    session: Session,
    place: Place,
    *,
    incoming: Incoming,
    written: Written,
) -> ObjectInfo:
    row = versions.find(session, place)
    if row is None:
        raise versions.missing_container(place)
    _check_condition(incoming.condition, row)
    old = None if row.name is None else versions.shown(place, row)
    new = _made(context, place, old, incoming=incoming, written=written)
    values = {**versions.columns(new), "user_id": context.user_id}
    if old is None:
        key = {"container_id": row.container, "name": place.name, "is_current": True}
        session.execute(versions.INSERT, {**values, **key})
    else:
        versions.change(session, versions.UPDATE, row.container, old, values)
    possession.add(context, session, project_id=place.account, names=written.names)
    old_bytes = old.size_bytes if old else 0
    statistics.add(
        session,
        account=place.account,
        container_id=row.container,
        objects=int(old is None),
        bytes_=new.size_bytes - old_bytes,
    )
    amounts = {context.user_id: new.size_bytes}
    if old is not None:
        amounts[row.user_id] = amounts.get(row.user_id, 0) - old_bytes
    _charge(context, place.account, amounts)
    return new


def _made(
    context: RequestContext,
    place: Place,
    old: ObjectInfo | None,
    *,
    incoming: Incoming,
    written: Written,
) -> ObjectInfo:
    """Return the object as it will be."""
    now = context.now()
    return ObjectInfo(
        id=old.id if old else new_id(),
        account=place.account,
        container=place.container,
        name=place.name,
        version=_next_version(context, old),
        size_bytes=written.reference.size_bytes,
        etag=written.md5,
        content_type=incoming.content_type,
        modified_at=now,
        created_at=old.created_at if old else now,
        object_hash=written.object_hash.hex(),
        reference=written.reference,
        store=engine(context.cloud).store,
        metadata=dict(incoming.metadata),
        headers=dict(incoming.headers),
    )


def _check_condition(condition: Condition, row: Row[Any]) -> None:
    is_there = row.name is not None
    if condition.is_new and is_there:
        msg = "the object is there already"
        raise PreconditionFailed(msg)
    if condition.etags is not None:
        wanted = condition.etags
        if not is_there or not ("*" in wanted or row.etag in wanted):
            msg = "the object is not the one that was asked for"
            raise PreconditionFailed(msg)


def _charge(context: RequestContext, account: str, amounts: Mapping[str, int]) -> None:
    charges = [
        Charge(account, user_id, DISKSPACE, amount) for user_id, amount in amounts.items() if amount
    ]
    if charges:
        synnefo_quota.charge(context, charges)


def _next_version(context: RequestContext, old: ObjectInfo | None) -> int:
    now = int(context.now() * 1_000_000)
    return now if old is None else max(now, old.version + 1)
