# SPDX-License-Identifier: Apache-2.0
"""Snapshots: taken, shown, changed and deleted.

A snapshot is a content that a row keeps. So it needs neither the volume nor its store's heads, and
deleting it is the end of the row.
"""

from __future__ import annotations

import synnefo_quota
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import InvalidState
from synnefo_volume import charges, kinds, states
from synnefo_volume.models import SnapshotRow, VolumeRow
from synnefo_volume.rows import SNAPSHOT, VOLUME, owned, shown_snapshot
from synnefo_volume.values import Snapshot, SnapshotChanges, SnapshotSpec

_DELETABLE = frozenset({states.CREATING, states.AVAILABLE, states.ERROR, states.ERROR_DELETING})


def create_snapshot(context: RequestContext, spec: SnapshotSpec) -> Snapshot:
    """Begin to take a snapshot of a volume, which goes on being written meanwhile.

    Raises:
        InvalidState: The volume is not ready, or in use and that is not said to be right.
        NotFound: The caller has no such volume.
        QuotaExceeded: The project may not have so much.
    """
    context.require_project()
    now = context.now()
    with context.unit_of_work() as session:
        volume = owned(context, session, VolumeRow, spec.volume_id, is_locked=True)
        allowed = states.READABLE if spec.is_forced else {states.AVAILABLE}
        if volume.status not in allowed:
            raise InvalidState(VOLUME, volume.status, "take a snapshot of")
        row = SnapshotRow(
            id=new_id(),
            project_id=volume.project_id,
            user_id=context.user_id,
            volume_id=volume.id,
            name=spec.name,
            description=spec.description,
            status=states.CREATING,
            size_gib=volume.size_gib,
            metadata_=dict(spec.metadata),
            store=volume.store,
            reference="",
            is_bootable=volume.is_bootable,
            image_metadata=dict(volume.image_metadata),
            error="",
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        data = {"source_volume_id": volume.id}
        sagas.begin(context, session, kinds.SNAPSHOT, subject_id=row.id, data=data)
        synnefo_quota.charge(context, charges.of_snapshot(row))
        return shown_snapshot(row)


def show_snapshot(context: RequestContext, snapshot_id: str) -> Snapshot:
    """Return a snapshot.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.reading() as session:
        return shown_snapshot(owned(context, session, SnapshotRow, snapshot_id))


def update_snapshot(
    context: RequestContext, snapshot_id: str, changes: SnapshotChanges
) -> Snapshot:
    """Change what is named.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, SnapshotRow, snapshot_id, is_locked=True)
        row.name = changes.get("name", row.name)
        row.description = changes.get("description", row.description)
        row.metadata_ = {**row.metadata_, **changes.get("metadata", {})}
        row.updated_at = context.now()
        return shown_snapshot(row)


def delete_snapshot(context: RequestContext, snapshot_id: str, *, is_forced: bool = False) -> None:
    """Delete a snapshot, at once unless it is being taken. What was made of it stays.

    Raises:
        InvalidState: It is doing something.
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        seen = owned(context, session, SnapshotRow, snapshot_id)
        # Its saga's row is locked before the snapshot's, as whoever ends the saga does.
        is_begun = sagas.cancel(context, session, seen.id, [kinds.SNAPSHOT])
        row = owned(context, session, SnapshotRow, snapshot_id, is_locked=True)
        if row.status == states.DELETING and is_begun:
            return
        if row.status not in _DELETABLE and not is_forced:
            raise InvalidState(SNAPSHOT, row.status, "delete")
        if is_begun:
            row.status, row.updated_at = states.DELETING, context.now()
            return
        synnefo_quota.charge(context, charges.of_snapshot(row, -1))
        session.delete(row)
