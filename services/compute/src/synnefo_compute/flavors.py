# SPDX-License-Identifier: Apache-2.0
"""Flavors: the sizes that servers can have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from synnefo_compute.models import FlavorAccessRow, FlavorRow, ServerRow
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.db.paging import Order, page
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import Duplicate, InvalidField, NotFound

_flavor: Table = FlavorRow.__table__  # type: ignore[assignment]  # declared as FromClause
_access: Table = FlavorAccessRow.__table__  # type: ignore[assignment]  # declared as FromClause
_given = exists(
    select(_access.c.flavor_id).where(
        _access.c.flavor_id == _flavor.c.id, _access.c.project_id == bindparam("project_id")
    )
)
_USABLE = Prepared(
    select(*_flavor.c, _given.label("is_given")).where(
        _flavor.c.id == bindparam("flavor_id"), ~_flavor.c.is_deleted
    )
)


@dataclass(frozen=True)
class Flavor:
    """A size; ``disk_template`` empty means the cluster's default."""

    id: str
    name: str
    vcpus: int
    ram_mib: int
    disk_gib: int
    disk_template: str = ""
    is_public: bool = True
    description: str = ""


def _shown(row: Any) -> Flavor:
    return Flavor(
        id=row.id,
        name=row.name,
        vcpus=row.vcpus,
        ram_mib=row.ram_mib,
        disk_gib=row.disk_gib,
        disk_template=row.disk_template,
        is_public=row.is_public,
        description=row.description,
    )


def listing(
    context: RequestContext,
    *,
    limit: int | None = None,
    marker: str = "",
    min_disk_gib: int = 0,
    min_ram_mib: int = 0,
    is_public: bool | None = True,
    sort: Sequence[tuple[str, bool]] = (),
) -> list[Flavor]:
    """Return flavors that new servers can be made of.

    Args:
        context: Whose project it is that may use them.
        limit: The most that are returned.
        marker: The id of the flavor behind which the page begins.
        min_disk_gib: Those with so much disk.
        min_ram_mib: Those with so much memory.
        is_public: For administrators: True for those that the caller's project may use, False for
            those that are not for all, None for every one.
        sort: Names of columns, and whether each descends; the id decides where all are the same.

    Raises:
        InvalidField: There is no flavor ``marker``.
    """
    query = select(FlavorRow).where(
        FlavorRow.is_deleted.is_(False),
        FlavorRow.disk_gib >= min_disk_gib,
        FlavorRow.ram_mib >= min_ram_mib,
    )
    if is_public or not context.is_admin:
        query = query.where(_usable_by(context))
    elif is_public is False:
        query = query.where(FlavorRow.is_public.is_(False))
    order: Order = [
        *((_column(name), descends) for name, descends in sort),
        (FlavorRow.id, sort[-1][1] if sort else False),
    ]
    with context.reading() as session:
        behind = _marker(session, order, marker) if marker else None
        query = page(query, order, limit=limit, marker=behind)
        return [_shown(row) for row in session.scalars(query)]


def _column(name: str) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = getattr(FlavorRow, name)
    return column


def _marker(session: Session, order: Order, marker: str) -> Sequence[Any]:
    columns = [column for column, _ in order]
    row = session.execute(select(*columns).where(FlavorRow.id == marker)).first()
    if row is None:
        name = "marker"
        raise InvalidField(name, f"there is no flavor {marker}")
    return tuple(row)


def _usable_by(context: RequestContext) -> ColumnElement[bool]:
    """Say which are for all, or for the caller's project too."""
    given = select(FlavorAccessRow.flavor_id).where(
        FlavorAccessRow.project_id == context.project_id
    )
    return FlavorRow.is_public | FlavorRow.id.in_(given)


def may_use(context: RequestContext, session: Session, row: FlavorRow) -> bool:
    """Return whether the caller may make servers of a flavor."""
    return context.is_admin or is_for(session, row, context.project_id or "")


def is_for(session: Session, row: FlavorRow, project_id: str) -> bool:
    """Return whether a project may make servers of a flavor."""
    return row.is_public or session.get(FlavorAccessRow, (row.id, project_id)) is not None


def _has_servers(context: RequestContext, session: Session, flavor_id: str) -> bool:
    """Return whether the caller's project has servers of a flavor: it may then see it (CYC-046)."""
    ours = exists().where(
        ServerRow.project_id == context.project_id,
        ServerRow.is_deleted.is_(False),
        ServerRow.flavor_id == flavor_id,
    )
    return bool(session.scalar(select(ours)))


def show(context: RequestContext, flavor_id: str) -> Flavor:
    """Return a flavor, a deleted one too.

    Raises:
        NotFound: There is none of this id that the caller may use or has servers of.
    """
    with context.reading() as session:
        row = session.get(FlavorRow, flavor_id)
        if row is None or not (
            may_use(context, session, row) or _has_servers(context, session, flavor_id)
        ):
            noun = "flavor"
            raise NotFound(noun, flavor_id)
        return _shown(row)


def usable(context: RequestContext, flavor_id: str) -> Flavor:
    """Return a flavor of which a new server can be made.

    Raises:
        InvalidField: There is none (any more).
    """
    with context.reading() as session:
        session.flush()  # what is prepared does not ask for it
        key = {"flavor_id": flavor_id, "project_id": context.project_id or ""}
        row = _USABLE.first(session, key)
        if row is None or not (context.is_admin or row.is_public or row.is_given):
            name = "flavorRef"
            raise InvalidField(name, f"flavor {flavor_id} could not be found")
        return _shown(row)


def there(session: Session, flavor_id: str) -> FlavorRow:
    """Return the row of a flavor that is not deleted.

    Raises:
        NotFound: There is none of this id.
    """
    row = session.get(FlavorRow, flavor_id)
    if row is None or row.is_deleted:
        noun = "flavor"
        raise NotFound(noun, flavor_id)
    return row


def create(
    context: RequestContext,
    *,
    name: str,
    vcpus: int,
    ram_mib: int,
    disk_gib: int,
    flavor_id: str = "",
    disk_template: str = "",
    is_public: bool = True,
    description: str = "",
) -> Flavor:
    """Make a flavor.

    Raises:
        Duplicate: The id or the name is taken by one that is not deleted.
    """
    with context.unit_of_work() as session:
        same = select(FlavorRow).where(
            (FlavorRow.id == flavor_id)
            | ((FlavorRow.name == name) & FlavorRow.is_deleted.is_(False))
        )
        if session.scalars(same).first() is not None:
            noun = "flavor"
            raise Duplicate(noun, name)
        row = FlavorRow(
            id=flavor_id or new_id(),
            name=name,
            vcpus=vcpus,
            ram_mib=ram_mib,
            disk_gib=disk_gib,
            disk_template=disk_template,
            is_public=is_public,
            description=description,
            is_deleted=False,
            created_at=context.now(),
        )
        session.add(row)
        return _shown(row)


def describe(context: RequestContext, flavor_id: str, description: str) -> Flavor:
    """Say something else of a flavor; empty for nothing.

    Raises:
        NotFound: There is none of this id.
    """
    with context.unit_of_work() as session:
        row = session.get(FlavorRow, flavor_id)
        if row is None or row.is_deleted:
            noun = "flavor"
            raise NotFound(noun, flavor_id)
        row.description = description
        return _shown(row)


def known(context: RequestContext, flavor_ids: Iterable[str]) -> Mapping[str, Flavor]:
    """Return the flavors that servers have by their ids, deleted and private ones too."""
    query = select(FlavorRow).where(FlavorRow.id.in_(sorted(set(flavor_ids))))
    with context.reading() as session:
        return {row.id: _shown(row) for row in session.scalars(query)}


def of_size(
    context: RequestContext, *, vcpus: int, ram_mib: int, disk_gib: int, disk_template: str
) -> str:
    """Return the id of a flavor of a size, in the caller's unit of work (GNT-042).

    Where there is none, one is made that is on no list: nobody can make servers of it.
    """
    same = select(FlavorRow.id).where(
        FlavorRow.vcpus == vcpus,
        FlavorRow.ram_mib == ram_mib,
        FlavorRow.disk_gib == disk_gib,
        FlavorRow.disk_template == disk_template,
        FlavorRow.is_public,
    )
    with context.unit_of_work() as session:
        found = session.scalars(same.order_by(FlavorRow.is_deleted, FlavorRow.id)).first()
        if found is not None:
            return found
        row = FlavorRow(
            id=new_id(),
            name=f"C{vcpus}R{ram_mib}D{disk_gib}{disk_template}",
            vcpus=vcpus,
            ram_mib=ram_mib,
            disk_gib=disk_gib,
            disk_template=disk_template,
            is_public=True,
            is_deleted=True,
            created_at=context.now(),
        )
        session.add(row)
        return row.id


def delete(context: RequestContext, flavor_id: str) -> None:
    """Take a flavor from the list; servers that have it keep it.

    Raises:
        NotFound: There is none of this id.
    """
    with context.unit_of_work() as session:
        there(session, flavor_id).is_deleted = True
