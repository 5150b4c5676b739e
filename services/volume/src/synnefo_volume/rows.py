# SPDX-License-Identifier: Apache-2.0
"""Rows of volumes and what belongs to them: found for their owners, and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table, bindparam, literal, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import NotFound
from synnefo_volume import states
from synnefo_volume.models import (
    AttachmentRow,
    BackupRow,
    OwnedRow,
    SnapshotRow,
    TransferRow,
    VolumeRow,
)
from synnefo_volume.values import Attachment, Backup, Snapshot, Transfer, Volume

VOLUME, SNAPSHOT, ATTACHMENT = "volume", "snapshot", "attachment"
TRANSFER, BACKUP = "transfer", "backup"

Owned = TypeVar("Owned", bound=OwnedRow)
_NOUNS: Mapping[type[OwnedRow], str] = {
    VolumeRow: VOLUME,
    SnapshotRow: SNAPSHOT,
    AttachmentRow: ATTACHMENT,
    TransferRow: TRANSFER,
    BackupRow: BACKUP,
}

_volume: Table = VolumeRow.__table__  # type: ignore[assignment]  # declared as FromClause
_attachment: Table = AttachmentRow.__table__  # type: ignore[assignment]  # declared as FromClause


def columns(table: Table) -> list[ColumnElement[Any]]:
    """Return a table's columns under the names of its model's attributes."""
    return [
        column.label("metadata_") if column.name == "metadata" else column for column in table.c
    ]


_FIND = Prepared(
    select(*columns(_volume)).where(
        _volume.c.id == bindparam("volume"), _volume.c.server_id == literal("")
    )
)
_ATTACHED = Prepared(
    select(*_attachment.c)
    .where(among(_attachment.c.volume_id, "volumes"))
    .order_by(_attachment.c.created_at, _attachment.c.id)
)


def owned(
    context: RequestContext,
    session: Session,
    model: type[Owned],
    thing_id: str,
    *,
    is_locked: bool = False,
) -> Owned:
    """Return the row of something of the caller's project, or of anybody's for administrators.

    Raises:
        NotFound: The caller has none of this id.
    """
    query = select(model).where(model.id == thing_id)
    if not context.is_admin:
        query = query.where(model.project_id == context.project_id)
    if model is VolumeRow:
        query = query.where(VolumeRow.server_id == "")
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).first()
    if row is None:
        raise NotFound(_NOUNS[model], thing_id)
    return row


def volume_of(context: RequestContext, session: Session, volume_id: str) -> Volume:
    """Return a volume of the caller's project, or of anybody's for administrators, with its attachments.

    Raises:
        NotFound: The caller has none of this id.
    """
    session.flush()  # what is prepared does not ask for it
    row = _FIND.first(session, {"volume": volume_id})
    if row is None or not (context.is_admin or row.project_id == context.project_id):
        raise NotFound(VOLUME, volume_id)
    return shown(row, attachments_of(session, [volume_id]).get(volume_id, ()))


def attachments_of(session: Session, ids: Sequence[str]) -> dict[str, list[Attachment]]:
    """Return the attachments of some volumes, the oldest first."""
    attached: dict[str, list[Attachment]] = {}
    if ids:
        session.flush()  # as above
        for row in _ATTACHED.all(session, {"volumes": ids}):
            attached.setdefault(row.volume_id, []).append(shown_attachment(row))
    return attached


def shown(row: Any, attachments: Sequence[Attachment] = ()) -> Volume:
    """Return the value for a row, or for its columns."""
    return Volume(
        id=row.id,
        project_id=row.project_id,
        user_id=row.user_id,
        name=row.name,
        description=row.description,
        status=row.status,
        size_gib=row.size_gib,
        type_id=row.type_id,
        availability_zone=row.availability_zone,
        is_bootable=row.is_bootable,
        is_readonly=row.is_readonly,
        is_multiattach=row.is_multiattach,
        metadata=dict(row.metadata_),
        image_metadata=dict(row.image_metadata),
        snapshot_id=row.snapshot_id,
        source_volume_id=row.source_volume_id,
        image_id=row.image_id,
        backup_id=row.backup_id,
        store=row.store,
        migration_status=row.migration_status,
        error=row.error,
        created_at=row.created_at,
        updated_at=row.updated_at,
        attachments=tuple(attachments),
    )


def shown_snapshot(row: Any) -> Snapshot:
    """Return the value for a row, or for its columns."""
    return Snapshot(
        id=row.id,
        project_id=row.project_id,
        user_id=row.user_id,
        volume_id=row.volume_id,
        name=row.name,
        description=row.description,
        status=row.status,
        size_gib=row.size_gib,
        progress="100%" if row.status == states.AVAILABLE else "0%",
        metadata=dict(row.metadata_),
        error=row.error,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def shown_attachment(row: Any) -> Attachment:
    """Return the value for a row, or for its columns."""
    return Attachment(
        id=row.id,
        volume_id=row.volume_id,
        project_id=row.project_id,
        instance_id=row.instance_id,
        status=row.status,
        mode=row.mode,
        mountpoint=row.mountpoint,
        host=row.host,
        connection=dict(row.connection),
        connector=dict(row.connector),
        attached_at=row.attached_at,
        created_at=row.created_at,
    )


def shown_transfer(row: Any) -> Transfer:
    """Return the value for a row, or for its columns."""
    return Transfer(
        id=row.id,
        project_id=row.project_id,
        volume_id=row.volume_id,
        name=row.name,
        with_snapshots=row.with_snapshots,
        created_at=row.created_at,
    )


def shown_backup(row: Any) -> Backup:
    """Return the value for a row, or for its columns."""
    return Backup(
        id=row.id,
        project_id=row.project_id,
        user_id=row.user_id,
        volume_id=row.volume_id,
        snapshot_id=row.snapshot_id,
        name=row.name,
        description=row.description,
        status=row.status,
        size_gib=row.size_gib,
        is_incremental=row.is_incremental,
        container=row.container,
        object_count=1 if row.content else 0,
        content=row.content,
        metadata=dict(row.metadata_),
        error=row.error,
        taken_at=row.taken_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
