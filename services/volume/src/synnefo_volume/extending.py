# SPDX-License-Identifier: Apache-2.0
"""Volumes made larger, and taken back to a snapshot."""

from __future__ import annotations

from sqlalchemy import select

import synnefo_quota
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, InvalidField, InvalidState
from synnefo_volume import charges, kinds, states
from synnefo_volume.models import SnapshotRow, VolumeRow
from synnefo_volume.rows import SNAPSHOT, VOLUME, owned
from synnefo_volume.volumes import LARGEST_GIB


def extend_volume(context: RequestContext, volume_id: str, size_gib: int) -> None:
    """Begin to make a volume larger, one in use too: its guest sees that when it is connected anew.

    Raises:
        InvalidField: It would not get larger, or too large.
        InvalidState: It is doing something.
        NotFound: The caller has none of this id.
        QuotaExceeded: The project may not have so much.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if row.status not in states.READABLE:
            raise InvalidState(VOLUME, row.status, "extend")
        if not row.size_gib < size_gib <= LARGEST_GIB:
            name = "new_size"
            raise InvalidField(name, f"must be from {row.size_gib + 1} to {LARGEST_GIB} GiB")
        row.status = states.EXTENDING
        row.wanted_gib, row.updated_at = size_gib, context.now()
        data = {"source_volume_id": row.id}
        sagas.begin(context, session, kinds.EXTEND, subject_id=row.id, data=data)
        synnefo_quota.charge(context, charges.of_growth(row, size_gib - row.size_gib))


def revert_volume(context: RequestContext, volume_id: str, snapshot_id: str) -> None:
    """Begin to take a volume back to its latest snapshot; what was written since is lost.

    Raises:
        Conflict: It has a later snapshot, or the snapshot is another's, or of another store.
        InvalidState: The volume or the snapshot is not available.
        NotFound: The caller has none of these ids.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        snapshot = owned(context, session, SnapshotRow, snapshot_id)
        if row.status != states.AVAILABLE:
            raise InvalidState(VOLUME, row.status, "revert")
        if snapshot.status != states.AVAILABLE:
            raise InvalidState(SNAPSHOT, snapshot.status, "revert to")
        latest = (
            select(SnapshotRow.id)
            .where(SnapshotRow.volume_id == row.id, SnapshotRow.project_id == row.project_id)
            .order_by(SnapshotRow.created_at.desc(), SnapshotRow.id.desc())
        )
        if session.scalars(latest.limit(1)).first() != snapshot.id:
            msg = f"{snapshot_id} is not the latest snapshot of volume {volume_id}"
            raise Conflict(msg)
        if snapshot.store != row.store:
            msg = "the snapshot lies in another store: make a volume of it"
            raise Conflict(msg)
        row.status, row.reference = states.REVERTING, snapshot.reference
        row.updated_at = context.now()
        data = {"source_volume_id": row.id}
        sagas.begin(context, session, kinds.REVERT, subject_id=row.id, data=data)
