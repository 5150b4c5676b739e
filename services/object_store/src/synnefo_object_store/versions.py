# SPDX-License-Identifier: Apache-2.0
"""Rows of objects: how the current version is found and changed.

Nothing is locked while it is looked at. Who changes a row names the version that it has seen, and
begins again when that is gone; an object that comes in holds its container by a foreign key.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Kind
from synnefo_core.db.prepared import Change, Prepared, execute_together
from synnefo_core.errors import Conflict, NotFound
from synnefo_object_store.models import AccountRow, ContainerRow, GrantRow, ObjectRow, PublicRow
from synnefo_object_store.text_order import successor
from synnefo_object_store.values import ObjectInfo

_account: Table = AccountRow.__table__  # type: ignore[assignment]  # declared as FromClause
_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_grant: Table = GrantRow.__table__  # type: ignore[assignment]  # declared as FromClause
_public: Table = PublicRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause

Result = TypeVar("Result")

NULL = "null"
"""The id of a version that its container does not keep."""
DELETED = "deleted"
"""The nature of the mark of a removal."""
STATIC = "static"
"""The nature of a large object with a manifest."""
SYMLINK = "symlink"
"""The nature of what stands for another object."""
_ATTEMPTS = 16
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.001, 0.1

PROJECT = "project"
"""The setting of a container that names the project that pays for it."""
PAYS = func.coalesce(_container.c.settings[PROJECT].as_string(), _container.c.account).label("pays")
"""The project that pays for a container; of one that is held it stays the same."""
_PLACE = _container.outerjoin(
    _object,
    and_(
        _object.c.container_id == _container.c.id,
        _object.c.name == bindparam("object_name"),
        _object.c.is_current,
    ),
)
_IS_PLACE = and_(
    _container.c.account == bindparam("of_account"),
    _container.c.name == bindparam("of_container"),
)
_IS_AMONG_SHARED = or_(
    *(
        select(table.c.name)
        .where(table.c.container_id == _container.c.id)
        .correlate(_container)
        .exists()
        for table in (_grant, _public)
    )
).label("is_among_shared")


def _to_hold(query: Select[Any]) -> Mapping[bool, Prepared]:
    """Return a query of a container, and one that holds it until the transaction ends.

    What comes into a container holds it by a foreign key; what else is charged for holds it so.
    """
    holding = query.with_for_update(read=True, key_share=True, of=_container)
    return {False: Prepared(query), True: Prepared(holding)}


_FIND = _to_hold(
    select(_container.c.id.label("container"), PAYS, _IS_AMONG_SHARED, _object)
    .select_from(_PLACE)
    .where(_IS_PLACE)
)
_FIND_TO_WRITE = _to_hold(
    select(
        _container.c.id.label("container"),
        PAYS,
        _container.c.metadata.label("container_metadata"),
        _container.c.settings.label("container_settings"),
        _account.c.settings.label("account_settings"),
        _IS_AMONG_SHARED,
        _object,
    )
    .select_from(_PLACE.outerjoin(_account, _account.c.id == _container.c.account))
    .where(_IS_PLACE)
)

_HOLD = (
    select(_object.c.store)
    .select_from(_object.join(_container, _object.c.container_id == _container.c.id))
    .where(
        _IS_PLACE,
        _object.c.name == bindparam("object_name"),
        _object.c.digest == bindparam("of_digest"),
    )
    .with_for_update(read=True, of=_object)
)

_LOCK = (
    select(_object.c.version)
    .select_from(_object.join(_container, _object.c.container_id == _container.c.id))
    .where(_IS_PLACE, _object.c.name == bindparam("object_name"), _object.c.is_current)
    .with_for_update(of=_object)
)

_FIND_VERSION = _to_hold(
    select(_container.c.id.label("container"), PAYS, _object)
    .select_from(_object.join(_container, _object.c.container_id == _container.c.id))
    .where(
        _IS_PLACE,
        _object.c.name == bindparam("object_name"),
        _object.c.version == bindparam("of_version"),
    )
)

INSERT = Prepared(insert(_object))
_IS_IT = and_(
    _object.c.container_id == bindparam("of_container"),
    _object.c.name == bindparam("of_name"),
    _object.c.version == bindparam("of_version"),
    # Others may have made it one of the past, or brought it back, and its number stays the same.
    _object.c.is_current == bindparam("was_current"),
)
_UPDATE = update(_object).where(_IS_IT)
UPDATE = Prepared(_UPDATE)
RETIRE = Prepared(_UPDATE.where(_object.c.ended_us.is_(None) == bindparam("is_first_time")))
DELETE = Prepared(delete(_object).where(_IS_IT))


class Raced(Exception):
    """Somebody else has changed the object since we looked."""


@dataclass(frozen=True)
class Place:
    """Where an object is or is to be."""

    account: str
    container: str
    name: str


@dataclass(frozen=True)
class Slot:
    """A container's number, a name in it, and the project that pays for what is there."""

    container: int
    name: str
    pays: str

    @classmethod
    def of(cls, row: Row[Any], name: str) -> Slot:
        """Return the slot of a name in the container of a row that was found."""
        return cls(row.container, name, row.pays)


def settled(context: RequestContext, change: Callable[[Session], Result]) -> Result:
    """Run a change in one transaction; again when others were faster.

    Raises:
        Conflict: Others are faster all the time.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with context.unit_of_work() as session:
                return change(session)
        except (Raced, IntegrityError):
            if context.cloud.database.is_in_transaction:
                break
        # Who only hurries loses against several others again and again.
        longest_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt)
        context.cloud.clock.wait(random.uniform(0, longest_s))  # noqa: S311  # nobody guesses it for gain
    msg = "the object is being changed by others; try again"
    raise Conflict(msg)


def columns(info: ObjectInfo) -> dict[str, Any]:
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
        "expires_at": info.expires_at,
        "is_versioned": info.is_versioned,
        "nature": info.nature,
        "special": info.special,
    }


def shown(place: Place, row: Row[Any]) -> ObjectInfo:
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
        metadata=row.metadata,
        headers=row.headers,
        expires_at=row.expires_at,
        is_versioned=row.is_versioned,
        nature=row.nature,
        special=row.special,
        modified_by=row.modified_by or row.user_id,
        is_among_shared=getattr(row, "is_among_shared", False),
    )


def find(session: Session, place: Place, *, holds: bool = False) -> Row[Any] | None:
    """Return the container's number and the object's columns; those are None without one.

    Whoever charges for a change ``holds`` the container until the transaction ends, so that
    nobody changes which project pays.
    """
    return _FIND[holds].first(session, _names(place))


def find_to_write(session: Session, place: Place, *, holds: bool = True) -> Row[Any] | None:
    """Return as :func:`find` does, and what the container and the account say of writing."""
    return _FIND_TO_WRITE[holds].first(session, _names(place))


def payer(session: Session, number: int) -> str:
    """Return which project pays for a container; it is held until the transaction ends."""
    query = select(PAYS).where(_container.c.id == number)
    held = query.with_for_update(read=True, key_share=True, of=_container)
    return str(session.scalar(held))


def find_all(
    session: Session, account: str, container: str, names: Iterable[str]
) -> Sequence[Row[Any]]:
    """Return the columns of the objects of these names that are there."""
    query = _below(account, container).where(_object.c.name.in_(list(names)))
    return session.execute(query).all()


def find_below(session: Session, prefix: Place, *, most: int) -> Sequence[Row[Any]]:
    """Return the columns of objects whose names begin so, in the order of their names."""
    query = _below(prefix.account, prefix.container).where(_object.c.name >= prefix.name)
    end = successor(prefix.name)
    if end is not None:
        query = query.where(_object.c.name < end)
    return session.execute(query.order_by(_object.c.name).limit(most)).all()


def _below(account: str, container: str) -> Select[Any]:
    return (
        select(_object)
        .select_from(_object.join(_container, _object.c.container_id == _container.c.id))
        .where(
            _container.c.account == account,
            _container.c.name == container,
            _object.c.is_current,
        )
    )


def find_version(
    session: Session, place: Place, version: str, *, holds: bool = False
) -> Row[Any] | None:
    """Return a version's columns and the container's number, or None; ``holds`` as :func:`find`."""
    if version == NULL:
        row = find(session, place, holds=holds)
        return None if row is None or row.name is None or row.is_versioned else row
    if not (version.isascii() and version.isdecimal() and len(version) <= 18):
        return None
    names = {**_names(place), "of_version": int(version)}
    return _FIND_VERSION[holds].first(session, names)


def hold(session: Session, found: ObjectInfo) -> str | None:
    """Have a content stay in its place until the transaction ends; say in which store it is.

    None: it is no longer there. It may have moved to another store since it was found.
    """
    place = Place(found.account, found.container, found.name)
    names = {**_names(place), "of_digest": found.reference.digest}
    return session.scalar(_HOLD, names)


def hold_for(session: Session, source: ObjectInfo, target: Place) -> str | None:
    """Hold a content as :func:`hold` does for what is about to be at a target.

    What is there now is locked, in one order for all: two that copy against each other would
    wait for each other without end.
    """
    place = Place(source.account, source.container, source.name)
    if _order(target) <= _order(place):
        lock(session, [target])
        return hold(session, source)
    store = hold(session, source)
    lock(session, [target])
    return store


def _order(place: Place) -> tuple[str, str, str]:
    return place.account, place.container, place.name


def lock(session: Session, places: Iterable[Place]) -> None:
    """Have what is in some places stay until the transaction ends; in one order for all."""
    for place in sorted(places, key=_order):
        session.execute(_LOCK, _names(place)).all()


def _names(place: Place) -> dict[str, str]:
    return {
        "of_account": place.account,
        "of_container": place.container,
        "object_name": place.name,
    }


def is_there(row: Row[Any] | None, now: float) -> bool:
    """Say whether a row that was looked for is an object, and not past its time."""
    return (
        row is not None
        and row.name is not None
        and row.nature != DELETED
        and (row.expires_at is None or row.expires_at > now)
    )


def required(context: RequestContext, session: Session, place: Place) -> Row[Any]:
    """Return the object's columns, and what the container and the account say of writing.

    Raises:
        NotFound: There is no such object.
    """
    row = find_to_write(session, place, holds=context.cloud.database.is_writing)
    if row is None or not is_there(row, context.now()):
        raise missing(place)
    return row


def change(
    session: Session,
    statement: Prepared,
    number: int,
    found: ObjectInfo,
    values: Mapping[str, Any],
    *,
    was_current: bool = True,
    along: Sequence[Change] = (),
) -> None:
    """Change or remove the version that was found, and make other changes along with it.

    Raises:
        Raced: It is no longer there, or no longer what it was: current or one of the past.
    """
    key = {
        "of_container": number,
        "of_name": found.name,
        "of_version": found.version,
        "was_current": was_current,
    }
    changes = [Change(statement, {**values, **key}), *along]
    if execute_together(session, changes)[0] != 1:
        raise Raced


def missing(place: Place) -> NotFound:
    return NotFound("the object", place.name)


def missing_container(place: Place) -> NotFound:
    return NotFound("the container", place.container)
