# SPDX-License-Identifier: Apache-2.0
"""Volumes that hold again what a backup holds: new ones, or one that is there."""

from __future__ import annotations

from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, InvalidState
from synnefo_volume import backups, kinds, sources, states
from synnefo_volume.models import VolumeRow
from synnefo_volume.rows import VOLUME, owned, shown
from synnefo_volume.values import Volume, VolumeSpec
from synnefo_volume.volumes import create_volume


def restore_backup(
    context: RequestContext, backup_id: str, *, volume_id: str = "", name: str = ""
) -> Volume:
    """Begin to have a volume hold what a backup holds, with zeros behind; what it held is lost.

    Args:
        context: The caller.
        backup_id: The backup.
        volume_id: The volume; empty for a new one.
        name: That of a new one.

    Raises:
        InvalidField: The volume is smaller than the backup.
        InvalidState: The volume or the backup is not available, or its object is lost.
        NotFound: The caller has none of these ids.
        QuotaExceeded: The project may not have one more volume.
    """
    backups.show_backup(context, backup_id)  # one whose object is lost is told to be so
    if not volume_id:
        name = name or f"restore_backup_{backup_id}"
        return create_volume(context, VolumeSpec(name=name, backup_id=backup_id))
    with context.unit_of_work() as session:
        source = sources.of_backup(context, session, backup_id)
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if row.status != states.AVAILABLE:
            raise InvalidState(VOLUME, row.status, "restore a backup into")
        if row.size_gib < source.least_gib:
            field = "volume_id"
            raise InvalidField(field, f"the volume has less than {source.least_gib} GiB")
        row.status, row.reference = states.RESTORING, source.reference
        row.is_bootable, row.image_metadata = source.is_bootable, dict(source.image_metadata)
        row.updated_at = context.now()
        data = {"source_volume_id": row.id, "source_store": source.store}
        sagas.begin(context, session, kinds.RESTORE, subject_id=row.id, data=data)
        return shown(row)
