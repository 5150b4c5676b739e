# SPDX-License-Identifier: Apache-2.0
"""Objects: found, written, changed and removed.

An upload stores its blocks first and then writes one transaction, so what fails half-way leaves
nothing but garbage for the collector.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from sqlalchemy import (
    CursorResult,
    Delete,
    Row,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_blocks import Read, Reader, Reference, Written, write
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge
from synnefo_core.contracts.storage import Kind
from synnefo_core.db.base import new_id
from synnefo_core.errors import (
    Conflict,
    NotFound,
    PreconditionFailed,
    QuotaExceeded,
    TooLarge,
    Unprocessable,
)
from synnefo_object_store import accounts, possession, statistics
from synnefo_object_store.engine import engine, storage_of
from synnefo_object_store.limits import check_headers, check_metadata, check_object_name
from synnefo_object_store.models import ContainerRow, ObjectRow
from synnefo_object_store.uploads import uploads
from synnefo_object_store.values import Condition, Incoming, ObjectInfo

DISKSPACE = "pithos.diskspace"

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause

Result = TypeVar("Result")
_ATTEMPTS = 10
_LOOK_FIRST_BYTES = 64 * 1024
"""A body that is no longer is read before anything is looked up."""

_FIND = (
    select(_container.c.id.label("container"), _object)
    .select_from(
        _container.outerjoin(
            _object,
            and_(
                _object.c.container_id == _container.c.id,
                _object.c.name == bindparam("object_name"),
                _object.c.is_current,
            ),
        )
    )
    .where(
        _container.c.account == bindparam("of_account"),
        _container.c.name == bindparam("of_container"),
    )
)

_INSERT = insert(_object)
_IS_IT = and_(
    _object.c.container_id == bindparam("of_container"),
    _object.c.name == bindparam("of_name"),
    _object.c.version == bindparam("of_version"),
)
_UPDATE = update(_object).where(_IS_IT)
_DELETE = delete(_object).where(_IS_IT)


class _Raced(Exception):
    """Somebody else has changed the object since we looked."""


@dataclass(frozen=True)
class Place:
    """Where an object is or is to be."""

    account: str
    container: str
    name: str


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
        row = _find(session, place)
    if row is None or row.name is None or version not in (None, str(row.version)):
        raise _missing(place)
    return _info(place, row)


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
        return _settled(
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
        found, number, _ = _required(session, place)
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
        _change(session, _UPDATE, number, found, values)
        return changed

    return _settled(context, change)


def delete_object(context: RequestContext, account: str, container: str, name: str) -> None:
    """Remove an object.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such object.
    """
    accounts.require(context, account, "object_store:object:write")
    place = Place(account, container, name)

    def remove(session: Session) -> None:
        found, number, user_id = _required(session, place)
        _change(session, _DELETE, number, found, {})
        statistics.add(
            session,
            account=account,
            container_id=number,
            objects=-1,
            bytes_=-found.size_bytes,
        )
        _charge(context, account, {user_id: -found.size_bytes})

    _settled(context, remove)


def _look_first(context: RequestContext, place: Place, incoming: Incoming) -> None:
    """Refuse what is bound to fail before a long body is read."""
    with context.reading() as session:
        row = _find(session, place)
        if row is None:
            raise _no_container(place)
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


def _settled(context: RequestContext, change: Callable[[Session], Result]) -> Result:
    """Run a change in one transaction; again when others were faster.

    Raises:
        Conflict: Others are faster all the time.
    """
    for _ in range(_ATTEMPTS):
        try:
            with context.unit_of_work() as session:
                return change(session)
        except (_Raced, IntegrityError):
            if context.cloud.database.is_in_transaction:
                break
    msg = "the object is being changed by others; try again"
    raise Conflict(msg)


def _put(
    context: RequestContext,
    session: Session,
    place: Place,
    *,
    incoming: Incoming,
    written: Written,
) -> ObjectInfo:
    row = _find(session, place)
    if row is None:
        raise _no_container(place)
    _check_condition(incoming.condition, row)
    old = None if row.name is None else _info(place, row)
    new = _made(context, place, old, incoming=incoming, written=written)
    values = {**_columns(new), "user_id": context.user_id}
    if old is None:
        key = {"container_id": row.container, "name": place.name, "is_current": True}
        session.execute(_INSERT, {**values, **key})
    else:
        _change(session, _UPDATE, row.container, old, values)
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


def _next_version(context: RequestContext, old: ObjectInfo | None) -> int:
    now = int(context.now() * 1_000_000)
    return now if old is None else max(now, old.version + 1)


def _columns(info: ObjectInfo) -> dict[str, Any]:
    """Return what is written of an object besides where it is and who pays."""
    return {
        "version": info.version,
        "id": info.id,
        "size_bytes": info.size_bytes,
        "etag": info.etag,
        "content_type": info.content_type,
        "modified_at": info.modified_at,
        "created_at": info.created_at,
        "store": info.store,
        "kind": info.reference.kind.value,
        "digest": info.reference.digest,
        "object_hash": bytes.fromhex(info.object_hash),
        "metadata": info.metadata,
        "headers": info.headers,
    }


def _info(place: Place, row: Row[Any]) -> ObjectInfo:
    columns = row._mapping  # noqa: SLF001  # the documented way to read columns by name
    return ObjectInfo(
        id=row.id,
        account=place.account,
        container=place.container,
        name=place.name,
        version=row.version,
        size_bytes=row.size_bytes,
        etag=row.etag,
        content_type=row.content_type,
        modified_at=row.modified_at,
        created_at=row.created_at,
        object_hash=row.object_hash.hex(),
        reference=Reference(Kind(row.kind), row.digest, row.size_bytes),
        store=row.store,
        metadata=columns["metadata"],
        headers=columns["headers"],
    )


def _find(session: Session, place: Place) -> Row[Any] | None:
    """Return the container's number and the object's columns; those are None without one."""
    names = {
        "of_account": place.account,
        "of_container": place.container,
        "object_name": place.name,
    }
    return session.execute(_FIND, names).first()


def _required(session: Session, place: Place) -> tuple[ObjectInfo, int, str]:
    """Return the object, its container's number and who pays for it."""
    row = _find(session, place)
    if row is None or row.name is None:
        raise _missing(place)
    return _info(place, row), row.container, row.user_id


def _change(
    session: Session,
    statement: Update | Delete,
    number: int,
    found: ObjectInfo,
    values: Mapping[str, Any],
) -> None:
    """Change or remove the version that was found.

    Raises:
        _Raced: It is no longer there.
    """
    key = {"of_container": number, "of_name": found.name, "of_version": found.version}
    result = cast("CursorResult[Any]", session.execute(statement, {**values, **key}))
    if result.rowcount != 1:
        raise _Raced


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


def _missing(place: Place) -> NotFound:
    return NotFound("the object", place.name)


def _no_container(place: Place) -> NotFound:
    return NotFound("the container", place.container)
