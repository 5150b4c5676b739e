# SPDX-License-Identifier: Apache-2.0
"""Containers of an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Prepared, execute_together
from synnefo_core.errors import Conflict, NotFound
from synnefo_object_store import access, accounts, expiry, payers, quotas, statistics
from synnefo_object_store.access import READ, require, require_in
from synnefo_object_store.limits import check_container_name
from synnefo_object_store.metadata import merged
from synnefo_object_store.models import ContainerRow, ObjectRow
from synnefo_object_store.settings import of_container
from synnefo_object_store.statistics import waiting_of_container
from synnefo_object_store.values import ContainerInfo

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause

OBJECTS = (_container.c.objects + waiting_of_container("objects")).label("objects")
"""How many objects a container has now."""
BYTES = (_container.c.bytes + waiting_of_container("bytes")).label("bytes")
"""How many bytes its objects have now."""

_IS_IT = and_(
    _container.c.account == bindparam("of_account"), _container.c.name == bindparam("of_name")
)
_SHOW = Prepared(
    select(
        _container.c.account,
        _container.c.name,
        OBJECTS,
        BYTES,
        _container.c.metadata,
        _container.c.created_at,
        _container.c.modified_at,
        _container.c.settings,
    ).where(_IS_IT)
)
_NUMBER = Prepared(select(_container.c.id).where(_IS_IT))


def show_container(context: RequestContext, account: str, name: str) -> ContainerInfo:
    """Return a container; to a guest, with whom a part of it is shared, little is told of it.

    Raises:
        Forbidden: The account is not the caller's, and nothing is shared.
        NotFound: There is no such container.
    """
    is_guest = access.is_guest(context, account, name)
    with context.reading() as session:
        row = _SHOW.first(session, {"of_account": account, "of_name": name})
    if row is None:
        raise _missing(name)
    found = ContainerInfo(*row)
    if is_guest:
        return replace(found, objects=0, bytes=0, metadata={}, settings={}, is_guest=True)
    return found


def number(context: RequestContext, account: str, name: str) -> int:
    """Return the number of a container that the caller may list.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such container.
    """
    require_in(context, account, name, "object_store:container:read", by=READ, lists=True)
    return find_number(context, account, name)


def find_number(context: RequestContext, account: str, name: str) -> int:
    """Return the number of a container, whoever asks.

    Raises:
        NotFound: There is no such container.
    """
    with context.reading() as session:
        row = _NUMBER.first(session, {"of_account": account, "of_name": name})
    if row is None:
        raise _missing(name)
    return int(row.id)


def create_container(
    context: RequestContext,
    account: str,
    name: str,
    metadata: Mapping[str, str],
    settings: Mapping[str, str] | None = None,
) -> bool:
    """Make a container; one that is there is changed as by :func:`update_container`.

    Returns:
        Whether it was made now.

    Raises:
        Forbidden: The caller may not.
        Invalid: The name, the metadata or a setting can't be.
    """
    require(context, account, "object_store:container:write")
    check_container_name(name)
    accounts.ensure(context, account)
    wanted = _Wanted(metadata, settings or {})
    try:
        with context.unit_of_work() as session:
            if session.execute(_find(account, name)).first() is None:
                _insert(context, session, account=account, name=name, wanted=wanted)
                return True
            _update(context, session, account=account, name=name, wanted=wanted)
    except IntegrityError:
        # Somebody else has just made it.
        update_container(context, account, name, metadata, settings)
    return False


def update_container(
    context: RequestContext,
    account: str,
    name: str,
    metadata: Mapping[str, str],
    settings: Mapping[str, str] | None = None,
) -> None:
    """Change metadata and settings: what is given is set, what is given empty is removed.

    Raises:
        Forbidden: The caller may not.
        Invalid: There would be too much of it, or a setting can't be.
        NotFound: There is no such container.
    """
    require(context, account, "object_store:container:write")
    wanted = _Wanted(metadata, settings or {})
    with context.unit_of_work() as session:
        _update(context, session, account=account, name=name, wanted=wanted)


def delete_container(context: RequestContext, account: str, name: str) -> None:
    """Remove an empty container.

    Raises:
        Conflict: There are objects in it.
        Forbidden: The caller may not.
        NotFound: There is no such container.
    """
    require(context, account, "object_store:container:write")
    try:
        _delete(context, account, name)
    except Conflict:
        # What is past its time is in no listing, and so in nobody's way.
        expiry.sweep_container(context, account, name)
        _delete(context, account, name)


def _delete(context: RequestContext, account: str, name: str) -> None:
    try:
        with context.unit_of_work() as session:
            number = session.scalar(_find(account, name).with_for_update())
            if number is None:
                raise _missing(name)
            inside = select(_object.c.name).where(_object.c.container_id == number).limit(1)
            if session.execute(inside).first() is not None:
                raise _not_empty(name)
            session.execute(delete(_container).where(_container.c.id == number))
            execute_together(
                session, statistics.change(account=account, container_id=number, containers=-1)
            )
    except IntegrityError as cause:
        # An object has come in meanwhile.
        raise _not_empty(name) from cause


@dataclass(frozen=True)
class _Wanted:
    """Changes of a container."""

    metadata: Mapping[str, str]
    settings: Mapping[str, str]

    def values(
        self, metadata: Mapping[str, str], settings: Mapping[str, str]
    ) -> dict[str, dict[str, str]]:
        """Return the columns after the changes."""
        quotas.check_metadata(self.metadata)
        return {
            "metadata": merged(metadata, self.metadata),
            "settings": of_container(settings, self.settings),
        }


def _find(account: str, name: str) -> Select[Any]:
    return select(_container.c.id).where(_container.c.account == account, _container.c.name == name)


def _insert(
    context: RequestContext,
    session: Session,
    *,
    account: str,
    name: str,
    wanted: _Wanted,
) -> None:
    now = context.now()
    values = wanted.values({}, {})
    result = session.execute(
        insert(_container).returning(_container.c.id),
        {
            "account": account,
            "name": name,
            **values,
            "objects": 0,
            "bytes": 0,
            "created_at": now,
            "modified_at": now,
        },
    )
    number = result.scalar_one()
    execute_together(session, statistics.change(account=account, container_id=number, containers=1))
    payers.change(context, session, account, number, before={}, after=values["settings"])


def _update(
    context: RequestContext,
    session: Session,
    *,
    account: str,
    name: str,
    wanted: _Wanted,
) -> None:
    is_it = (_container.c.account == account, _container.c.name == name)
    query = select(_container.c.metadata, _container.c.settings, _container.c.id).where(*is_it)
    row = session.execute(query.with_for_update()).first()
    if row is None:
        raise _missing(name)
    values = wanted.values(row[0], row[1])
    session.execute(update(_container).where(*is_it).values(**values, modified_at=context.now()))
    payers.change(context, session, account, row[2], before=row[1], after=values["settings"])


def _missing(name: str) -> NotFound:
    return NotFound("the container", name)


def _not_empty(name: str) -> Conflict:
    return Conflict(f"the container {name} is not empty")
