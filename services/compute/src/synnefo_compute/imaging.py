# SPDX-License-Identifier: Apache-2.0
"""Images of servers: what the root disk holds at a moment, while the guest goes on writing."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

import synnefo_volume
from synnefo_compute import admission, metadata as items, states, volumes
from synnefo_compute.kinds import IMAGE
from synnefo_compute.models import ServerRow
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict


def create_image(
    context: RequestContext, server_id: str, *, name: str, metadata: Mapping[str, str]
) -> str:
    """Begin to make an image of a server's root disk; return its id. Nothing is copied.

    What was said of the image that the disk began with is said of this one too; then by Nova's names
    which server and which image it is of; then ``metadata``.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is neither running nor stopped, or something is being done to it.
        Conflict: Its root disk is in its cluster alone.
        Forbidden: There is more metadata than an image may have.
    """
    items.check_size(metadata)
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.CREATE_IMAGE)
        properties = {
            "instance_uuid": row.id,
            "user_id": context.user_id,
            "image_type": "snapshot",
            "base_image_ref": row.image_id,
            **metadata,
        }
        image = synnefo_volume.image_of_disk(
            context,
            _root_of(context, session, row),
            synnefo_volume.ImageWish(name, visibility="private"),
            properties=properties,
        )
        admission.begin(context, session, row, states.CREATE_IMAGE)
        sagas.begin(context, session, IMAGE, subject_id=row.id, data={"image_id": image.id})
        return image.id


def _root_of(context: RequestContext, session: Session, row: ServerRow) -> str:
    """Return the volume that is the root disk of a server.

    Raises:
        Conflict: None is.
    """
    if synnefo_volume.has_own_disk(context, row.id):
        return row.id
    for each in volumes.of_one(session, row.id):
        if each.boot_index == 0:
            return each.volume_id
    msg = (
        "no image can be made of this server: its root disk is not in a store of the cloud's,"
        " as those of flavors with the disk template of volumes are"
    )
    raise Conflict(msg)
