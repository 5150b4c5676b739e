# SPDX-License-Identifier: Apache-2.0
"""Volumes: made, shown, changed and deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_core.db.base import new_id
from synnefo_core.errors import InvalidField, InvalidState
from synnefo_volume import charges, engine, kinds, snapshots, sources, states, transfers, types
from synnefo_volume.models import AttachmentRow, SnapshotRow, VolumeRow
from synnefo_volume.rows import VOLUME, attachments_of, owned, shown, volume_of
from synnefo_volume.sources import Source
from synnefo_volume.values import Volume, VolumeChanges, VolumeSpec, VolumeType

LARGEST_GIB = 64 * 1024
"""More no head describes."""


def create_volume(context: RequestContext, spec: VolumeSpec) -> Volume:
    """Begin to make a volume; nothing is copied, whatever it is made of.

    Raises:
        Conflict: No store keeps volumes of this type.
        InvalidField: The size, the zone or the source cannot be.
        InvalidState: The source is not ready.
        NotFound: The caller has no such source or type.
        QuotaExceeded: The project may not have so much.
    """
    context.require_project()
    if spec.is_multiattach:
        name = "multiattach"
        raise InvalidField(name, "a volume has one writer")
    with context.unit_of_work() as session:
        source = sources.find(context, session, spec)
        kind = types.resolve(context, spec.type or source.type_id)
        store = _store(context, kind, source)
        row = new_row(context, spec, source, type_id=kind.id, store=store)
        row.availability_zone = zone_named(context, spec.availability_zone)
        session.add(row)
        session.flush()
        begin_to_make(context, session, row, source)
        return shown(row)


def begin_to_make(
    context: RequestContext, session: Session, row: VolumeRow, source: Source
) -> None:
    """Have the worker make a volume whose row is there, and charge for it."""
    data = {"source_volume_id": source.volume_id, "source_store": source.store}
    sagas.begin(context, session, kinds.CREATE, subject_id=row.id, data=data)
    synnefo_quota.charge(context, charges.of_volume(row))


def zone_named(context: RequestContext, asked: str) -> str:
    """Return the zone that is asked for, which may be left open.

    Raises:
        InvalidField: There is none of this name.
    """
    zone: str = context.cloud.config.volume.availability_zone
    if asked not in ("", zone):
        name = "availability_zone"
        raise InvalidField(name, f"there is no availability zone {asked}")
    return zone


def _size_gib(spec: VolumeSpec, source: Source) -> int:
    size_gib = source.size_gib if spec.size_gib is None else spec.size_gib
    name = "size"
    if size_gib is None:
        raise InvalidField(name, "a volume needs a size")
    if not source.least_gib <= size_gib <= LARGEST_GIB:
        raise InvalidField(name, f"must be from {source.least_gib} to {LARGEST_GIB} GiB")
    return size_gib


def _store(context: RequestContext, kind: VolumeType, source: Source) -> str:
    """Return where a volume goes: where its source is, unless its type says otherwise."""
    is_free = not kind.extra_specs.get(engine.STORE)
    if is_free and engine.keeps_volumes(context.cloud, source.store):
        return source.store
    return engine.store_for(context.cloud, kind)


def new_row(
    context: RequestContext, spec: VolumeSpec, source: Source, *, type_id: str, store: str
) -> VolumeRow:
    """Return a volume that is to be made.

    Raises:
        InvalidField: Its size cannot be.
    """
    now = context.now()
    return VolumeRow(
        id=new_id(),
        project_id=context.require_project(),
        user_id=context.user_id,
        name=spec.name,
        description=spec.description,
        status=states.CREATING,
        status_before="",
        size_gib=_size_gib(spec, source),
        wanted_gib=0,
        type_id=type_id,
        availability_zone="",
        is_bootable=source.is_bootable,
        is_readonly=False,
        is_multiattach=False,
        metadata_=dict(spec.metadata),
        image_metadata=dict(source.image_metadata),
        snapshot_id=spec.snapshot_id,
        source_volume_id=spec.source_volume_id,
        image_id=spec.image_id,
        backup_id=spec.backup_id,
        store=store,
        generation=0,
        reference=source.reference,
        turn="",
        migration_status="",
        error="",
        created_at=now,
        updated_at=now,
    )


def show_volume(context: RequestContext, volume_id: str) -> Volume:
    """Return a volume.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.reading() as session:
        return volume_of(context, session, volume_id)


def sizes_of(context: RequestContext, volume_ids: Collection[str]) -> Mapping[str, int]:
    """Return how many GiB volumes have, by their ids, whoever's they are: for rooms above."""
    if not volume_ids:
        return {}
    query = select(VolumeRow.id, VolumeRow.size_gib).where(among(VolumeRow.id, volume_ids))
    with context.reading() as session:
        return {row.id: row.size_gib for row in session.execute(query)}


def update_volume(context: RequestContext, volume_id: str, changes: VolumeChanges) -> Volume:
    """Change what is named.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        row.name = changes.get("name", row.name)
        row.description = changes.get("description", row.description)
        row.metadata_ = {**row.metadata_, **changes.get("metadata", {})}
        row.updated_at = context.now()
        return shown(row, attachments_of(session, [row.id]).get(row.id, ()))


def delete_volume(
    context: RequestContext,
    volume_id: str,
    *,
    with_snapshots: bool = False,
    is_forced: bool = False,
) -> None:
    """Begin to delete a volume. What was made of it stays as it is, its snapshots included.

    Args:
        context: The caller.
        volume_id: The volume.
        with_snapshots: Its snapshots go with it.
        is_forced: Whatever it is doing.

    Raises:
        InvalidState: It is doing something, or attached.
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        seen = owned(context, session, VolumeRow, volume_id)
        # Its saga's row is locked before the volume's, as whoever ends the saga does.
        is_begun = sagas.cancel(context, session, seen.id, [kinds.CREATE])
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if row.status == states.DELETING:
            return
        _require_deletable(session, row, is_forced=is_forced)
        if with_snapshots:
            # Those that stayed behind when the volume was transferred are another project's.
            theirs = select(SnapshotRow.id).where(
                SnapshotRow.volume_id == row.id, SnapshotRow.project_id == row.project_id
            )
            for snapshot_id in session.scalars(theirs).all():
                snapshots.delete_snapshot(context, snapshot_id, is_forced=True)
        transfers.withdraw(session, row.id)
        row.status, row.updated_at = states.DELETING, context.now()
        if not is_begun:
            sagas.begin(context, session, kinds.DELETE, subject_id=row.id)


def _require_deletable(session: Session, row: VolumeRow, *, is_forced: bool) -> None:
    attached = select(AttachmentRow.id).where(AttachmentRow.volume_id == row.id).limit(1)
    if session.scalar(attached) is not None:
        raise InvalidState(VOLUME, states.ATTACHED, "delete")
    if not is_forced and row.status not in states.DELETABLE:
        raise InvalidState(VOLUME, row.status, "delete")


def forget(context: RequestContext, session: Session, row: VolumeRow) -> None:
    """Remove the row of a volume whose head is gone, and give back what it cost."""
    synnefo_quota.charge(context, charges.of_volume(row, -1))
    session.delete(row)
