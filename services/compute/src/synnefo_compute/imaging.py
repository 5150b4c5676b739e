# SPDX-License-Identifier: Apache-2.0
"""Images of servers: what the root disk holds at a moment, while the guest goes on writing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

import synnefo_volume
from synnefo_compute import admission, metadata as items, states, volumes
from synnefo_compute.kinds import IMAGE
from synnefo_compute.models import ServerRow
from synnefo_compute.states import Transition
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
    properties = {"image_type": "snapshot", **metadata}
    return _begin(context, server_id, states.CREATE_IMAGE, name=name, properties=properties)


def create_backup(
    context: RequestContext,
    server_id: str,
    *,
    name: str,
    backup_type: str,
    rotation: int,
    metadata: Mapping[str, str],
) -> str:
    """Begin to make an image of a server's root disk in place of the oldest; return its id.

    Once it is there, those of the server's backups of this type that are more than ``rotation`` are deleted, the
    oldest first; what is protected stays.

    Args:
        context: Who asks.
        server_id: The server.
        name: The image's name.
        backup_type: What is counted by itself, ``daily`` say.
        rotation: How many of the type to keep, with the new one; 0 for none.
        metadata: What else to say of the image.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is neither running nor stopped, or something is being done to it.
        Conflict: Its root disk is in its cluster alone.
        Forbidden: There is more metadata than an image may have.
    """
    items.check_size(metadata)
    # By these it is counted: they come last, whatever else is said.
    counted = {"instance_uuid": server_id, "image_type": "backup", "backup_type": backup_type}
    return _begin(
        context,
        server_id,
        states.CREATE_BACKUP,
        name=name,
        properties={**metadata, **counted},
        data={"backup_type": backup_type, "rotation": rotation},
    )


def _begin(
    context: RequestContext,
    server_id: str,
    transition: Transition,
    *,
    name: str,
    properties: Mapping[str, str],
    data: Mapping[str, Any] | None = None,
) -> str:
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, transition)
        of_server = {
            "instance_uuid": row.id,
            "user_id": context.user_id,
            "base_image_ref": row.image_id,
        }
        image = synnefo_volume.image_of_disk(
            context,
            _root_of(context, session, row),
            synnefo_volume.ImageWish(name, visibility="private"),
            properties={**of_server, **properties},
        )
        admission.begin(context, session, row, transition)
        saga = {**(data or {}), "image_id": image.id}
        sagas.begin(context, session, IMAGE, subject_id=row.id, data=saga)
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
