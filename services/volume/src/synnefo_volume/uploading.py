# SPDX-License-Identifier: Apache-2.0
"""Volumes as images: the image is an object of what the volume held, and nothing is copied."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.orm import Session

import synnefo_image
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, InvalidState, NotFound
from synnefo_volume import kinds, states
from synnefo_volume.models import VolumeRow
from synnefo_volume.rows import VOLUME, owned
from synnefo_volume.values import ImageWish

RAW = "raw"
_OF_SOURCE = frozenset(
    {
        "image_id",
        "image_name",
        "checksum",
        "container_format",
        "disk_format",
        "min_disk",
        "min_ram",
        "size",
    }
)
"""What a volume remembers of its image and is not true of a new one."""


def upload_to_image(
    context: RequestContext, volume_id: str, wish: ImageWish, *, is_forced: bool = False
) -> synnefo_image.Image:
    """Begin to make an image of what a volume holds; return it, still without content.

    Raises:
        Forbidden: Only administrators may publish it.
        InvalidField: It is to be of a format that a volume is not.
        InvalidState: The volume is not ready, or in use and that is not said to be right.
        NotFound: The caller has none of this id.
    """
    if wish.disk_format != RAW:
        name = "disk_format"
        raise InvalidField(name, f"a volume becomes a raw image, not {wish.disk_format}")
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        allowed = states.READABLE if is_forced else {states.AVAILABLE}
        if row.status not in allowed:
            raise InvalidState(VOLUME, row.status, "make an image of")
        return _begin(context, session, row, wish)


def image_of_disk(
    context: RequestContext, volume_id: str, wish: ImageWish, *, properties: Mapping[str, str]
) -> synnefo_image.Image:
    """Begin to make an image of a server's disk, its own one or a volume; return it without content.

    Args:
        context: The caller, who may do so with the server.
        volume_id: The volume; of an own disk the server's id.
        wish: What the image is to be.
        properties: What is said of it beside what was said of the image that the disk began with.

    Raises:
        Forbidden: So much is not to be said of an image.
        InvalidState: The volume is not ready.
        NotFound: There is none.
    """
    with context.unit_of_work() as session:
        row = session.get(VolumeRow, volume_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound(VOLUME, volume_id)
        if row.status not in states.READABLE:
            raise InvalidState(VOLUME, row.status, "make an image of")
        return _begin(context, session, row, wish, properties=properties)


def _begin(
    context: RequestContext,
    session: Session,
    row: VolumeRow,
    wish: ImageWish,
    *,
    properties: Mapping[str, str] = MappingProxyType({}),
) -> synnefo_image.Image:
    said = {word: text for word, text in row.image_metadata.items() if word not in _OF_SOURCE}
    spec = synnefo_image.ImageSpec(
        name=wish.name,
        visibility=wish.visibility,
        min_disk_gib=row.size_gib,
        min_ram_mib=int(row.image_metadata.get("min_ram", 0)),
        disk_format=RAW,
        container_format=wish.container_format,
        is_protected=wish.is_protected,
        properties={**said, **properties},
    )
    image = synnefo_image.create(context, spec)
    row.status, row.updated_at = states.UPLOADING, context.now()
    data = {
        "source_volume_id": row.id,
        "account": image.owner_project_id,
        "user_id": context.user_id,
    }
    sagas.begin(context, session, kinds.UPLOAD, subject_id=image.id, data=data)
    return image
