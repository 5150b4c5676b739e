# SPDX-License-Identifier: Apache-2.0
"""Volumes as images: the image is an object of what the volume held, and nothing is copied."""

from __future__ import annotations

import synnefo_image
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, InvalidState
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
        said = {word: text for word, text in row.image_metadata.items() if word not in _OF_SOURCE}
        spec = synnefo_image.ImageSpec(
            name=wish.name,
            visibility=wish.visibility,
            min_disk_gib=row.size_gib,
            disk_format=RAW,
            container_format=wish.container_format,
            is_protected=wish.is_protected,
            properties=said,
        )
        image = synnefo_image.create(context, spec)
        row.status = states.UPLOADING
        row.updated_at = context.now()
        data = {
            "source_volume_id": row.id,
            "account": image.owner_project_id,
            "user_id": context.user_id,
        }
        sagas.begin(context, session, kinds.UPLOAD, subject_id=image.id, data=data)
        return image
