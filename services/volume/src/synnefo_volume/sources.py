# SPDX-License-Identifier: Apache-2.0
"""What a new volume is made of: nothing, an image, a snapshot, a backup or another volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

import synnefo_image
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, InvalidState
from synnefo_volume import backups, states
from synnefo_volume.engine import GIB
from synnefo_volume.models import BackupRow, SnapshotRow, VolumeRow
from synnefo_volume.rows import BACKUP, SNAPSHOT, VOLUME, owned
from synnefo_volume.values import VolumeSpec

RAW = frozenset({"raw", "iso"})
"""Formats of images that are what a disk holds, byte for byte."""


@dataclass(frozen=True)
class Source:
    """What a volume begins with.

    Attributes:
        reference: The content as text; empty for zeros, or as long as it is not known.
        store: Where that is; empty for nowhere.
        volume_id: The volume of which a content is to be made first; empty for none.
        least_gib: The smallest size of a volume of it.
        size_gib: Its size where none is said; None when one must be.
        type_id: Its type where none is said.
    """

    reference: str = ""
    store: str = ""
    volume_id: str = ""
    least_gib: int = 1
    size_gib: int | None = None
    type_id: str = ""
    is_bootable: bool = False
    image_metadata: Mapping[str, str] = field(default_factory=dict)


def find(context: RequestContext, session: Session, spec: VolumeSpec) -> Source:
    """Return the source that a new volume is to have. A volume is held until the caller ends.

    Raises:
        InvalidField: There are two, or it cannot be one.
        InvalidState: It is not ready.
        NotFound: The caller has none of this id.
    """
    named = (spec.snapshot_id, spec.source_volume_id, spec.image_id, spec.backup_id)
    if sum(map(bool, named)) > 1:
        name = "volume"
        raise InvalidField(name, "a volume has one source at most")
    if spec.snapshot_id:
        return _snapshot(context, session, spec.snapshot_id)
    if spec.source_volume_id:
        return _volume(context, session, spec.source_volume_id)
    if spec.backup_id:
        return of_backup(context, session, spec.backup_id)
    return _image(context, spec.image_id) if spec.image_id else Source()


def _snapshot(context: RequestContext, session: Session, snapshot_id: str) -> Source:
    row = owned(context, session, SnapshotRow, snapshot_id)
    if row.status != states.AVAILABLE:
        raise InvalidState(SNAPSHOT, row.status, "make a volume of")
    return Source(
        reference=row.reference,
        store=row.store,
        least_gib=row.size_gib,
        size_gib=row.size_gib,
        is_bootable=row.is_bootable,
        image_metadata=row.image_metadata,
    )


def _volume(context: RequestContext, session: Session, volume_id: str) -> Source:
    row = owned(context, session, VolumeRow, volume_id, is_locked=True)
    if row.status not in states.READABLE:
        raise InvalidState(VOLUME, row.status, "copy")
    return Source(
        store=row.store,
        volume_id=row.id,
        least_gib=row.size_gib,
        size_gib=row.size_gib,
        type_id=row.type_id,
        is_bootable=row.is_bootable,
        image_metadata=row.image_metadata,
    )


def of_backup(context: RequestContext, session: Session, backup_id: str) -> Source:
    """Return a backup as a source; see :func:`find`."""
    row = owned(context, session, BackupRow, backup_id)
    found = backups.find_object(context, row) if row.status == states.AVAILABLE else None
    if found is None:
        status = states.ERROR if row.status == states.AVAILABLE else row.status
        raise InvalidState(BACKUP, status, "restore")
    return Source(
        reference=row.content,
        store=found.store,
        least_gib=row.size_gib,
        size_gib=row.size_gib,
        is_bootable=row.is_bootable,
        image_metadata=row.image_metadata,
    )


def _image(context: RequestContext, image_id: str) -> Source:
    image = synnefo_image.show(context, image_id)
    name = "imageRef"
    if image.status != synnefo_image.states.ACTIVE or image.reference is None:
        raise InvalidField(name, f"image {image_id} is {image.status}, not active")
    if image.disk_format not in RAW:
        raise InvalidField(
            name, f"image {image_id} is {image.disk_format}: import it so that it becomes raw"
        )
    return Source(
        reference=str(image.reference),
        store=image.store,
        least_gib=max(1, image.min_disk_gib, -(-image.size_bytes // GIB)),
        is_bootable=True,
        image_metadata=_said(image),
    )


def _said(image: synnefo_image.Image) -> dict[str, str]:
    """Return what a volume remembers of its image, by Cinder's names."""
    return {
        **image.properties,
        "image_id": image.id,
        "image_name": image.name,
        "checksum": image.checksum,
        "container_format": image.container_format,
        "disk_format": image.disk_format,
        "min_disk": str(image.min_disk_gib),
        "min_ram": str(image.min_ram_mib),
        "size": str(image.size_bytes),
    }
