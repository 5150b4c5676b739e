# SPDX-License-Identifier: Apache-2.0
"""The bytes of images: uploaded as objects, read from the store."""

from __future__ import annotations

import synnefo_object_store
from synnefo_blocks import Read, Reader
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, InvalidState
from synnefo_image import policies, states
from synnefo_image.digests import Digested
from synnefo_image.images import fill, require_formats, show
from synnefo_image.models import ImageRow
from synnefo_image.rows import NOUN, lock_own
from synnefo_image.values import Image

CONTENT_TYPE = "application/octet-stream"


def upload(
    context: RequestContext, image_id: str, read: Read, *, size_bytes: int | None = None
) -> None:
    """Store a stream as an object of the image's owner and make it the image's content.

    The object is named after the image's id. A stream without a byte leaves an image that has
    content as it is: ``openstack image create`` sends one when its input is no terminal. When the stream breaks off the image is queued
    again. Of two uploads at once the one begun last counts.

    Raises:
        Conflict: Another upload was faster, or a format is missing.
        InvalidState: The image has content.
        NotFound: There is no such image, or the caller may not see it.
        QuotaExceeded: The owner may not store so much.
    """
    if show(context, image_id).reference is not None and not read(1):
        return
    account, upload_id = _begin(context, image_id)
    section = context.cloud.config.image
    container = section.container
    digested = Digested(read, section.hash_algorithm, context.cloud.offload)
    incoming = synnefo_object_store.Incoming(content_type=CONTENT_TYPE, size_bytes=size_bytes)
    try:
        synnefo_object_store.create_container(context, account, container, {})
        found = synnefo_object_store.put_object(
            context, account, container, image_id, read=digested.read, incoming=incoming
        )
    except BaseException:
        _give_up(context, image_id, upload_id)
        raise
    _finish(context, image_id, upload_id, found, digested.digest())


def _begin(context: RequestContext, image_id: str) -> tuple[str, str]:
    """Note that content comes in; return the owner's account and the name of the upload."""
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        if row.status not in states.TAKES_CONTENT:
            raise InvalidState(NOUN, row.status, "upload data to")
        require_formats(row)
        row.status, row.upload_id = states.SAVING, new_id()
        row.updated_at = context.now()
        return row.owner, row.upload_id


def _give_up(context: RequestContext, image_id: str, upload_id: str) -> None:
    with context.unit_of_work() as session:
        row = session.get(ImageRow, image_id, with_for_update=True)
        if row is not None and row.upload_id == upload_id:
            row.status, row.upload_id = states.QUEUED, ""


def _finish(
    context: RequestContext,
    image_id: str,
    upload_id: str,
    found: synnefo_object_store.ObjectInfo,
    digest: tuple[str, str],
) -> None:
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        if row.upload_id != upload_id:
            msg = f"another upload has taken the place of this one for image {image_id}"
            raise Conflict(msg)
        fill(row, found, digest=digest)
        row.updated_at = context.now()


def open_content(context: RequestContext, image_id: str) -> tuple[Image, Reader | None]:
    """Return an image and a reader of its content, None when it has none yet.

    Raises:
        Corrupt: The store has lost a part of it.
        Forbidden: It is deactivated.
        NotFound: There is none, or the caller may not see it.
        StorageUnavailable: The store does not answer.
    """
    image = show(context, image_id)
    if image.status == states.DEACTIVATED:
        context.cloud.policy.require(context, policies.READ_ALWAYS)
    if image.reference is None:
        return image, None
    cloud = context.cloud
    return image, Reader(cloud.store(image.store), cloud.offload, image.reference)
