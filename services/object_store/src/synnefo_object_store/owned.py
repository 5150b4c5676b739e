# SPDX-License-Identifier: Apache-2.0
"""What the object store answers when others ask what it owns: roots and usage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, Table, func, select, tuple_, update

from synnefo_blocks import ZERO_BLOCK, Reference
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import QuotaResource, Thing, Usage
from synnefo_core.contracts.storage import Kind, Moving
from synnefo_core.db.session import changed_rows
from synnefo_object_store.models import ContainerRow, ObjectRow
from synnefo_object_store.rows import DISKSPACE
from synnefo_object_store.uploads import stored_names
from synnefo_object_store.versions import PAYS, Place

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause

GIB = 1024**3
_PAGE = 200

RESOURCES = [
    QuotaResource(
        DISKSPACE,
        "Bytes in object storage",
        "bytes",
        user_default=50 * GIB,
        project_default=1024 * GIB,
    )
]


def usage(context: RequestContext) -> list[Usage]:
    """Count the bytes of all objects by project and user, but for versions that are free."""
    query = (
        select(PAYS, _object.c.user_id, func.sum(_object.c.size_bytes))
        .join(_object, _object.c.container_id == _container.c.id)
        .where(_object.c.size_bytes > 0, ~_object.c.is_free)
        .group_by(PAYS, _object.c.user_id)
    )
    with context.reading() as session:
        rows = session.execute(query).all()
    return [Usage(pays, user_id, DISKSPACE, int(amount)) for pays, user_id, amount in rows]


def is_paid_for(context: RequestContext, place: Place, reference: Reference) -> bool:
    """Say whether a version of the object at a place has this content, and somebody pays for it."""
    query = (
        select(_object.c.version)
        .join(_container, _object.c.container_id == _container.c.id)
        .where(
            _container.c.account == place.account,
            _container.c.name == place.container,
            _object.c.name == place.name,
            _object.c.kind == reference.kind.value,
            _object.c.digest == reference.digest,
            _object.c.size_bytes == reference.size_bytes,
            ~_object.c.is_free,
        )
    )
    with context.reading() as session:
        return session.execute(query.limit(1)).first() is not None


def things(context: RequestContext, resource: str, project_id: str) -> Iterator[Thing]:
    """Yield every version of every object that takes room and is paid for, by its path."""
    if resource != DISKSPACE:
        return
    columns = _object.c
    query = (
        select(
            _container.c.account,
            _container.c.name.label("container"),
            columns.name,
            columns.version,
            columns.is_current,
            columns.id,
            columns.user_id,
            columns.size_bytes,
        )
        .join(_object, columns.container_id == _container.c.id)
        .where(PAYS.in_([project_id]), columns.size_bytes > 0, ~columns.is_free)
        .execution_options(yield_per=1000)
    )
    with context.reading() as session:
        for row in session.execute(query):
            path = f"{row.container}/{row.name}"
            if row.account != project_id:
                path = f"{row.account}/{path}"
            name = path if row.is_current else f"{path} (version {row.version})"
            yield Thing(project_id, row.user_id, resource, row.size_bytes, "object", row.id, name)


def roots(context: RequestContext, store: str) -> Iterator[tuple[Kind, bytes]]:
    """Yield where every content in a store begins, then the blocks of uploads under way."""
    query = select(_object.c.kind, _object.c.digest).where(
        _object.c.store == store, _object.c.digest != ZERO_BLOCK
    )
    with context.reading(is_snapshot=True) as session:
        for kind, digest in session.execute(query.execution_options(yield_per=1000)):
            yield Kind(kind), digest
    for name in stored_names(context, store):
        yield Kind.BLOCK, name


def moving(context: RequestContext, source: str, target: str) -> Iterator[Moving]:
    """Yield every content in a store, for another one; a page of rows at a time."""
    key = tuple_(_object.c.container_id, _object.c.name, _object.c.version)
    query = (
        select(
            _object.c.container_id,
            _object.c.name,
            _object.c.version,
            _object.c.kind,
            _object.c.digest,
            _object.c.size_bytes,
        )
        .where(_object.c.store == source)
        .order_by(_object.c.container_id, _object.c.name, _object.c.version)
        .limit(_PAGE)
    )
    rows: Sequence[Row[Any]] = _page(context, query)
    while rows:
        for row in rows:
            moved = partial(_move, context, row, source, target)
            yield Moving(Kind(row.kind), row.digest, row.size_bytes, moved)
        last = rows[-1]
        rows = _page(context, query.where(key > (last.container_id, last.name, last.version)))


def _page(context: RequestContext, query: Select[Any]) -> Sequence[Row[Any]]:
    with context.reading() as session:
        return session.execute(query).all()


def _move(context: RequestContext, row: Row[Any], source: str, target: str) -> bool:
    statement = (
        update(_object)
        .where(
            _object.c.container_id == row.container_id,
            _object.c.name == row.name,
            _object.c.version == row.version,
            _object.c.store == source,
            _object.c.digest == row.digest,
        )
        .values(store=target)
    )
    with context.unit_of_work() as session:
        return changed_rows(session, statement) == 1
