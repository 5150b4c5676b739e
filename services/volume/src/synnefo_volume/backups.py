# SPDX-License-Identifier: Apache-2.0
"""Backups: what volumes held, kept as objects in the storage of their projects.

The object shares the blocks of the volume, so making one copies nothing, and each is whole without any
other. The object is its owner's: once it is removed or replaced the backup is lost, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_object_store
import synnefo_quota
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Invalid, InvalidField, InvalidState, NotFound
from synnefo_volume import charges, kinds, states
from synnefo_volume.listing import BACKUPS, NEWEST_FIRST, Sort
from synnefo_volume.models import BackupRow, SnapshotRow, VolumeRow
from synnefo_volume.rows import BACKUP, SNAPSHOT, VOLUME, owned, shown_backup
from synnefo_volume.values import Backup, BackupSpec, Selection, SnapshotChanges

CHECK_EVERY_S = 3600.0
_AT_ONCE = 200
_DELETABLE = frozenset({states.CREATING, states.AVAILABLE, states.ERROR, states.ERROR_DELETING})


def create_backup(context: RequestContext, spec: BackupSpec) -> Backup:
    """Begin to make a backup of a volume, which goes on being written, or of a snapshot.

    Raises:
        Invalid: It is to be incremental and is the first, or the container can't be.
        InvalidState: The volume or the snapshot is not ready, or in use and that is not said to be right.
        NotFound: The caller has no such volume or snapshot.
        QuotaExceeded: The project may not have so much.
    """
    context.require_project()
    with context.unit_of_work() as session:
        row = _of_snapshot(context, session, spec) if spec.snapshot_id else None
        row = row or _of_volume(context, session, spec)
        if spec.is_incremental and not _has_earlier(session, row):
            msg = f"volume {row.volume_id} has no backup yet to which this one could be the next"
            raise Invalid(msg)
        session.add(row)
        owner = owner_of(context, row)
        synnefo_object_store.create_container(owner, row.project_id, row.container, {})
        data = {"source_volume_id": "" if spec.snapshot_id else row.volume_id}
        sagas.begin(context, session, kinds.BACKUP, subject_id=row.id, data=data)
        synnefo_quota.charge(context, charges.of_backup(row))
        return shown_backup(row)


def _of_volume(context: RequestContext, session: Session, spec: BackupSpec) -> BackupRow:
    volume = owned(context, session, VolumeRow, spec.volume_id, is_locked=True)
    allowed = states.READABLE if spec.is_forced else {states.AVAILABLE}
    if volume.status not in allowed:
        raise InvalidState(VOLUME, volume.status, "back up")
    volume.status, volume.updated_at = states.BACKING_UP, context.now()
    return _new(context, spec, volume, volume_id=volume.id)


def _of_snapshot(context: RequestContext, session: Session, spec: BackupSpec) -> BackupRow:
    snapshot = owned(context, session, SnapshotRow, spec.snapshot_id, is_locked=True)
    if snapshot.status != states.AVAILABLE:
        raise InvalidState(SNAPSHOT, snapshot.status, "back up")
    if snapshot.volume_id != spec.volume_id:
        name = "snapshot_id"
        raise InvalidField(name, f"{snapshot.id} is not of volume {spec.volume_id}")
    row = _new(context, spec, snapshot, volume_id=snapshot.volume_id)
    row.reference, row.taken_at = snapshot.reference, snapshot.created_at
    return row


def _new(
    context: RequestContext, spec: BackupSpec, source: VolumeRow | SnapshotRow, *, volume_id: str
) -> BackupRow:
    now = context.now()
    return BackupRow(
        id=new_id(),
        project_id=source.project_id,
        user_id=context.user_id,
        volume_id=volume_id,
        snapshot_id=spec.snapshot_id,
        name=spec.name,
        description=spec.description,
        status=states.CREATING,
        size_gib=source.size_gib,
        is_incremental=spec.is_incremental,
        container=spec.container or context.cloud.config.volume.backup_container,
        metadata_=dict(spec.metadata),
        store=source.store,
        reference="",
        content="",
        is_bootable=source.is_bootable,
        image_metadata=dict(source.image_metadata),
        error="",
        taken_at=now,
        created_at=now,
        updated_at=now,
    )


def _has_earlier(session: Session, row: BackupRow) -> bool:
    earlier = select(BackupRow.id).where(
        BackupRow.volume_id == row.volume_id,
        BackupRow.project_id == row.project_id,
        BackupRow.status == states.AVAILABLE,
    )
    return session.scalar(earlier.limit(1)) is not None


def show_backup(context: RequestContext, backup_id: str) -> Backup:
    """Return a backup; one whose object is lost is in "error" from then on.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.reading() as session:
        owned(context, session, BackupRow, backup_id)
    check(context, backup_id)
    with context.reading() as session:
        return shown_backup(owned(context, session, BackupRow, backup_id))


def list_backups(
    context: RequestContext,
    *,
    limit: int,
    marker: str = "",
    offset: int = 0,
    selection: Selection | None = None,
    sort: Sort = NEWEST_FIRST,
) -> list[Backup]:
    """Return a page of the backups; those whose objects are lost are in "error" from then on.

    Raises:
        InvalidField: The marker is none of them, or there is no such attribute.
    """

    def page() -> list[Backup]:
        return BACKUPS.page(
            context, limit=limit, marker=marker, offset=offset, selection=selection, sort=sort
        )

    found = page()
    # Each look ends with fewer that are thought to be right.
    while sum(check(context, each) for each in _lost(context, found)):
        found = page()
    return found


def _lost(context: RequestContext, found: Sequence[Backup]) -> list[str]:
    """Return those of some backups whose objects are lost; one statement for all."""
    thought = {_place(each): each for each in found if each.status == states.AVAILABLE}
    there = synnefo_object_store.contents_of(context, thought.keys())
    return [each.id for place, each in thought.items() if str(there.get(place)) != each.content]


def _place(backup: Backup) -> synnefo_object_store.Place:
    return synnefo_object_store.Place(backup.project_id, backup.container, backup.id)


def update_backup(context: RequestContext, backup_id: str, changes: SnapshotChanges) -> Backup:
    """Change what is named; metadata are replaced.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, BackupRow, backup_id, is_locked=True)
        row.name = changes.get("name", row.name)
        row.description = changes.get("description", row.description)
        row.metadata_ = dict(changes.get("metadata", row.metadata_))
        row.updated_at = context.now()
        return shown_backup(row)


def delete_backup(context: RequestContext, backup_id: str, *, is_forced: bool = False) -> None:
    """Delete a backup with its object, at once unless it is being made.

    Raises:
        InvalidState: It is doing something.
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        seen = owned(context, session, BackupRow, backup_id)
        # Its saga's row is locked before the backup's, as whoever ends the saga does.
        is_begun = sagas.cancel(context, session, seen.id, [kinds.BACKUP])
        row = owned(context, session, BackupRow, backup_id, is_locked=True)
        if row.status == states.DELETING and is_begun:
            return
        if row.status not in _DELETABLE and not is_forced:
            raise InvalidState(BACKUP, row.status, "delete")
        if is_begun:
            row.status, row.updated_at = states.DELETING, context.now()
            return
        if find_object(context, row) is not None:
            synnefo_object_store.delete_object(
                owner_of(context, row), row.project_id, row.container, row.id
            )
        synnefo_quota.charge(context, charges.of_backup(row, -1))
        session.delete(row)


def reset_backup_status(context: RequestContext, backup_id: str, status: str) -> None:
    """Set the state of a backup by hand.

    Raises:
        InvalidField: There is no such state, or it needs an object and has none.
        NotFound: There is no such backup.
    """
    name = "status"
    if status not in states.BACKUP:
        raise InvalidField(name, f"there is no state {status!r}")
    with context.unit_of_work() as session:
        row = owned(context, session, BackupRow, backup_id, is_locked=True)
        if status == states.AVAILABLE and find_object(context, row) is None:
            raise InvalidField(name, "the backup has no object")
        row.status, row.updated_at = status, context.now()


def owner_of(context: RequestContext, row: BackupRow) -> RequestContext:
    """Return a context in which the objects of a backup's project are the caller's."""
    return replace(context, user_id=row.user_id, project_id=row.project_id)


def find_object(context: RequestContext, row: BackupRow) -> synnefo_object_store.ObjectInfo | None:
    """Return the object of a backup; None where it is lost, or holds something else."""
    try:
        found = synnefo_object_store.show_object(
            owner_of(context, row), row.project_id, row.container, row.id
        )
    except NotFound:
        return None
    return found if str(found.reference) == row.content else None


def check(context: RequestContext, backup_id: str) -> bool:
    """Set a backup whose object is lost to "error"; return whether it was."""
    with context.reading() as session:
        seen = session.get(BackupRow, backup_id)
        is_right = seen is None or _is_right(context, seen)
    if is_right:
        return False
    with context.unit_of_work() as session:
        row = session.get(BackupRow, backup_id, with_for_update=True)
        if row is None or _is_right(context, row):
            return False
        row.status, row.updated_at = states.ERROR, context.now()
        row.error = f"its object in container {row.container} was removed or replaced"
        return True


def _is_right(context: RequestContext, row: BackupRow) -> bool:
    return row.status != states.AVAILABLE or find_object(context, row) is not None


def check_all(context: RequestContext) -> None:
    """Set all backups whose objects are lost to "error"."""
    last = ""
    while ids := _page(context, last):
        for backup_id in ids:
            check(context, backup_id)
        last = ids[-1]


def _page(context: RequestContext, last: str) -> list[str]:
    query = select(BackupRow.id).where(BackupRow.id > last, BackupRow.status == states.AVAILABLE)
    with context.reading() as session:
        return list(session.scalars(query.order_by(BackupRow.id).limit(_AT_ONCE)))
