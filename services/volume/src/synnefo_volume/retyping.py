# SPDX-License-Identifier: Apache-2.0
"""Volumes of another type, or moved to another store."""

from __future__ import annotations

from sqlalchemy.orm import Session

from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, InvalidField, InvalidState
from synnefo_volume import engine, kinds, states, types
from synnefo_volume.models import VolumeRow
from synnefo_volume.rows import VOLUME, owned
from synnefo_volume.working import stores


def retype_volume(
    context: RequestContext, volume_id: str, new_type: str, *, may_move: bool = False
) -> None:
    """Have a volume be of another type, at once unless that one's volumes lie in another store.

    Args:
        context: The caller.
        volume_id: The volume.
        new_type: The type's id or name.
        may_move: Whether the volume may be moved for that, in use or not.

    Raises:
        Conflict: It lies in another store and may not move, or no store keeps volumes of the type.
        InvalidField: It is of this type already.
        InvalidState: It is doing something.
        NotFound: The caller has no such volume or type.
    """
    kind = types.resolve(context, new_type)
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if row.status not in states.READABLE:
            raise InvalidState(VOLUME, row.status, "retype")
        if kind.id == row.type_id:
            name = "new_type"
            raise InvalidField(name, f"the volume is of the type {kind.name} already")
        named = kind.extra_specs.get(engine.STORE)
        store = engine.store_for(context.cloud, kind) if named else row.store
        if store == row.store:
            row.type_id, row.updated_at = kind.id, context.now()
            return
        if not may_move:
            msg = f"volumes of the type {kind.name} lie in another store, and this one may not move"
            raise Conflict(msg)
        _move(context, session, row, store=store, type_id=kind.id, status=states.RETYPING)


def migrate_volume(context: RequestContext, volume_id: str, store: str) -> None:
    """Begin to move a volume to another store, in use or not.

    Raises:
        InvalidField: The store keeps no volumes, or this one already.
        InvalidState: It is doing something.
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if store not in stores(context.cloud) or store == row.store:
            name = "host"
            raise InvalidField(name, f"the volume cannot move to {store!r}")
        _move(context, session, row, store=store, type_id=row.type_id, status=states.MAINTENANCE)


def give_up_move(context: RequestContext, volume_id: str) -> None:
    """Have a volume that is moving stay where it is; one that has just moved stays there.

    Raises:
        InvalidState: It is not moving.
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if not sagas.cancel(context, session, row.id, [kinds.MOVE]):
            raise InvalidState(VOLUME, row.status, "stay")


def _move(
    context: RequestContext,
    session: Session,
    row: VolumeRow,
    *,
    store: str,
    type_id: str,
    status: str,
) -> None:
    if row.status not in states.READABLE:
        raise InvalidState(VOLUME, row.status, "move")
    row.status, row.migration_status = status, "migrating"
    row.updated_at = context.now()
    data = {"source_volume_id": row.id, "source": row.store, "target": store, "type_id": type_id}
    sagas.begin(context, session, kinds.MOVE, subject_id=row.id, data=data)
