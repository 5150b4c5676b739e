# SPDX-License-Identifier: Apache-2.0
"""Types: the kinds of volumes that there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete as sql_delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.db.among import among
from synnefo_core.db.base import new_id
from synnefo_core.db.paging import Order, page
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import Conflict, Duplicate, InvalidField, NotFound
from synnefo_volume.models import DefaultTypeRow, TypeAccessRow, TypeRow, VolumeRow
from synnefo_volume.values import VolumeType

_type: Table = TypeRow.__table__  # type: ignore[assignment]  # declared as FromClause
_NAMES = Prepared(select(_type.c.id, _type.c.name).where(among(_type.c.id, "types")))

NOUN = "volume type"
NEWEST_FIRST = (("created_at", True),)


def list_types(
    context: RequestContext,
    *,
    is_public: bool | None = True,
    extra_specs: Mapping[str, str] | None = None,
    limit: int | None = None,
    marker: str = "",
    offset: int = 0,
    sort: Sequence[tuple[str, bool]] = NEWEST_FIRST,
) -> list[VolumeType]:
    """Return a page of types.

    Args:
        context: Whose project it is that may use them.
        is_public: For administrators: True for those that the caller's project may use, False for
            those that are not public, None for every one.
        extra_specs: Words with their values that must all be said of them.
        limit: The most that are returned.
        marker: The id of the type behind which the page begins.
        offset: How many more are left out before.
        sort: Names of columns, and whether each descends; the id decides where all are the same.

    Raises:
        InvalidField: There is no type ``marker``.
    """
    query = select(TypeRow)
    if is_public or not context.is_admin:
        query = query.where(_usable_by(context.project_id))
    elif is_public is False:
        query = query.where(TypeRow.is_public.is_(False))
    for name, value in (extra_specs or {}).items():
        query = query.where(TypeRow.extra_specs[name].as_string() == value)
    order: Order = [
        *((_column(name), descends) for name, descends in sort),
        (TypeRow.id, sort[-1][1] if sort else True),
    ]
    with context.reading() as session:
        behind = _marker(session, order, marker) if marker else None
        query = page(query, order, limit=limit, marker=behind).offset(offset or None)
        return [shown(row) for row in session.scalars(query)]


def _column(name: str) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = getattr(TypeRow, name)
    return column


def _marker(session: Session, order: Order, marker: str) -> Sequence[Any]:
    row = session.execute(select(*(column for column, _ in order)).where(TypeRow.id == marker))
    found = row.first()
    if found is None:
        name = "marker"
        raise InvalidField(name, f"there is no volume type {marker}")
    return tuple(found)


def _usable_by(project_id: str) -> ColumnElement[bool]:
    """Say which are public, or for a project too."""
    given = select(TypeAccessRow.type_id).where(TypeAccessRow.project_id == project_id)
    return TypeRow.is_public | TypeRow.id.in_(given)


def _visible(context: RequestContext) -> Select[TypeRow]:
    query = select(TypeRow)
    return query if context.is_admin else query.where(_usable_by(context.project_id))


def show_type(context: RequestContext, type_id: str) -> VolumeType:
    """Return a type.

    Raises:
        NotFound: There is none of this id that the caller may use.
    """
    with context.reading() as session:
        row = session.scalar(_visible(context).where(TypeRow.id == type_id))
        if row is None:
            raise NotFound(NOUN, type_id)
        return shown(row)


def resolve(context: RequestContext, name: str) -> VolumeType:
    """Return the type of an id, or of a name; of neither the caller's default.

    Raises:
        NotFound: There is none that the caller may use.
    """
    if not name:
        return default_type(context)
    either = (TypeRow.id == name) | (TypeRow.name == name)
    query = _visible(context).where(either).order_by(TypeRow.id != name)
    with context.reading() as session:
        row = session.scalars(query).first()
        if row is None:
            raise NotFound(NOUN, name)
        return shown(row)


def names(context: RequestContext, ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of types by their ids, those that the caller may not use too."""
    if not ids:
        return {}
    with context.reading() as session:
        session.flush()  # what is prepared does not ask for it
        return {row.id: row.name for row in _NAMES.all(session, {"types": ids})}


def default_type(context: RequestContext) -> VolumeType:
    """Return the type of the caller's new volumes for which none is named.

    A project's own counts as long as the project may use it.

    Raises:
        NotFound: The operator names one that is not there, or not for this project.
    """
    usable = _visible(context)
    mine = usable.join(DefaultTypeRow, DefaultTypeRow.type_id == TypeRow.id)
    with context.reading() as session:
        row = session.scalar(mine.where(DefaultTypeRow.project_id == context.project_id))
        if row is None:
            name: str = context.cloud.config.volume.default_type
            row = session.scalar(usable.where(TypeRow.name == name))
        if row is None:
            noun = "default volume type"
            raise NotFound(noun)
        return shown(row)


def create_type(
    context: RequestContext,
    *,
    name: str,
    description: str = "",
    is_public: bool = True,
    extra_specs: Mapping[str, str] | None = None,
) -> VolumeType:
    """Make a type.

    Raises:
        Duplicate: The name is taken.
    """
    now = context.now()
    with context.unit_of_work() as session:
        _require_free(session, name)
        row = TypeRow(
            id=new_id(),
            name=name,
            description=description,
            is_public=is_public,
            extra_specs=dict(extra_specs or {}),
            qos_id="",
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        return shown(row)


def update_type(
    context: RequestContext,
    type_id: str,
    *,
    name: str | None = None,
    description: str | None = None,
    is_public: bool | None = None,
) -> VolumeType:
    """Change what is not None of a type.

    Raises:
        NotFound: There is no such type.
        Duplicate: The name is taken.
    """
    with context.unit_of_work() as session:
        row = lock(session, type_id)
        if name is not None and name != row.name:
            _require_free(session, name)
            row.name = name
        if description is not None:
            row.description = description
        if is_public is not None:
            row.is_public = is_public
        row.updated_at = context.now()
        return shown(row)


def _require_free(session: Session, name: str) -> None:
    if session.scalar(select(TypeRow.id).where(TypeRow.name == name)) is not None:
        raise Duplicate(NOUN, name)


def delete_type(context: RequestContext, type_id: str) -> None:
    """Remove a type.

    Raises:
        NotFound: There is no such type.
        Conflict: It is the default, or a project's, or there are volumes of it.
    """
    with context.unit_of_work() as session:
        row = lock(session, type_id)
        by_default = select(DefaultTypeRow).where(DefaultTypeRow.type_id == type_id)
        is_default = row.name == context.cloud.config.volume.default_type
        if is_default or session.scalars(by_default).first() is not None:
            msg = f"the volume type {type_id} is a default one"
            raise Conflict(msg)
        of_it = select(VolumeRow.id).where(VolumeRow.type_id == type_id).limit(1)
        if session.scalar(of_it) is not None:
            msg = f"there are volumes of the type {type_id}"
            raise Conflict(msg)
        session.execute(sql_delete(TypeAccessRow).where(TypeAccessRow.type_id == type_id))
        session.delete(row)


def lock(session: Session, type_id: str) -> TypeRow:
    """Return the row of a type for a change.

    Raises:
        NotFound: There is no such type.
    """
    row = session.get(TypeRow, type_id, with_for_update=True)
    if row is None:
        raise NotFound(NOUN, type_id)
    return row


def make_first(cloud: Cloud) -> None:
    """Make the type that is the default of an empty cloud."""
    create_type(
        for_worker(cloud), name=cloud.config.volume.default_type, description="The usual one"
    )


def shown(row: TypeRow) -> VolumeType:
    """Return the value for a row."""
    return VolumeType(
        id=row.id,
        name=row.name,
        description=row.description,
        is_public=row.is_public,
        extra_specs=dict(row.extra_specs),
        qos_id=row.qos_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
