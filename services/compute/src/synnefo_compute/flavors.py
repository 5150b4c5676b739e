# SPDX-License-Identifier: Apache-2.0
"""Flavors: the sizes that servers can have."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from synnefo_compute.models import FlavorRow
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.db.paging import page
from synnefo_core.errors import Duplicate, InvalidField, NotFound


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


def _shown(row: FlavorRow) -> Flavor:
    return Flavor(
        id=row.id,
        name=row.name,
        vcpus=row.vcpus,
        ram_mib=row.ram_mib,
        disk_gib=row.disk_gib,
        disk_template=row.disk_template,
        is_public=row.is_public,
    )


def listing(
    context: RequestContext,
    *,
    limit: int | None = None,
    marker: str = "",
    min_disk_gib: int = 0,
    min_ram_mib: int = 0,
) -> list[Flavor]:
    """Return flavors that the caller may use, in the order of their ids.

    Raises:
        InvalidField: There is no flavor ``marker``.
    """
    query = select(FlavorRow).where(
        FlavorRow.is_deleted.is_(False),
        FlavorRow.disk_gib >= min_disk_gib,
        FlavorRow.ram_mib >= min_ram_mib,
    )
    if not context.is_admin:
        query = query.where(FlavorRow.is_public)
    with context.reading() as session:
        if marker and session.get(FlavorRow, marker) is None:
            name = "marker"
            raise InvalidField(name, f"there is no flavor {marker}")
        behind = [marker] if marker else None
        query = page(query, [(FlavorRow.id, False)], limit=limit, marker=behind)
        return [_shown(row) for row in session.scalars(query)]


def show(context: RequestContext, flavor_id: str) -> Flavor:
    """Return a flavor, a deleted one too.

    Raises:
        NotFound: There is none of this id that the caller may use.
    """
    with context.reading() as session:
        row = session.get(FlavorRow, flavor_id)
    if row is None or not (row.is_public or context.is_admin):
        noun = "flavor"
        raise NotFound(noun, flavor_id)
    return _shown(row)


def usable(context: RequestContext, flavor_id: str) -> Flavor:
    """Return a flavor of which a new server can be made.

    Raises:
        InvalidField: There is none (any more).
    """
    with context.reading() as session:
        row = session.get(FlavorRow, flavor_id)
    if row is None or row.is_deleted or not (row.is_public or context.is_admin):
        name = "flavorRef"
        raise InvalidField(name, f"flavor {flavor_id} could not be found")
    return _shown(row)


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
            is_deleted=False,
            created_at=context.now(),
        )
        session.add(row)
        return _shown(row)


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
        row = session.get(FlavorRow, flavor_id)
        if row is None or row.is_deleted:
            noun = "flavor"
            raise NotFound(noun, flavor_id)
        row.is_deleted = True
