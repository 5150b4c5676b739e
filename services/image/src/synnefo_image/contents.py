# SPDX-License-Identifier: Apache-2.0
"""The bytes of images: uploaded as objects, read from the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import synnefo_object_store
from synnefo_blocks import Read, Reader
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, InvalidState
from synnefo_image import conversion, headers, policies, states
from synnefo_image.digests import Digest, Digested
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
    account, upload_id = begin(context, image_id, takes=states.TAKES_CONTENT, becomes=states.SAVING)
    with giving_up(context, image_id, upload_id):
        found, digest = store(context, account, image_id, read=read, size_bytes=size_bytes)
        _check(context, image_id, found)
    _finish(context, image_id, upload_id, found, digest)


def _check(context: RequestContext, image_id: str, found: synnefo_object_store.ObjectInfo) -> None:
    """Refuse what is not of the image's format; its object goes again.

    Raises:
        UnfitDisk: Says why.
    """
    if not context.cloud.config.image.check_formats:
        return
    reader = synnefo_object_store.open_object(context, found)
    try:
        disk_format = show(context, image_id).disk_format
        headers.check(disk_format, conversion.peek_of(reader, found.size_bytes))
    except headers.UnfitDisk:
        synnefo_object_store.delete_object(context, found.account, found.container, found.name)
        raise


def store(
    context: RequestContext,
    account: str,
    name: str,
    *,
    read: Read,
    size_bytes: int | None = None,
) -> tuple[synnefo_object_store.ObjectInfo, Digest]:
    """Store a stream among the images of an account; return the object and its second digest."""
    section = context.cloud.config.image
    digested = Digested(read, section.hash_algorithm, context.cloud.offload)
    synnefo_object_store.create_container(context, account, section.container, {})
    incoming = synnefo_object_store.Incoming(content_type=CONTENT_TYPE, size_bytes=size_bytes)
    found = synnefo_object_store.put_object(
        context, account, section.container, name, read=digested.read, incoming=incoming
    )
    return found, digested.digest()


def digest_of(context: RequestContext, reader: Reader) -> Digest:
    """Return the second digest of a content that is stored already."""
    pieces = iter(reader.read_ahead())
    algorithm = context.cloud.config.image.hash_algorithm
    digested = Digested(lambda _most: next(pieces, b""), algorithm, context.cloud.offload)
    while digested.read(0):
        pass
    return digested.digest()


def begin(
    context: RequestContext, image_id: str, *, takes: frozenset[str], becomes: str
) -> tuple[str, str]:
    """Note that content comes in; return the owner's account and the name of the upload.

    Raises:
        Conflict: A format is missing.
        InvalidState: The image is in none of the states that take it.
        NotFound: There is no such image, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        if row.status not in takes:
            raise InvalidState(NOUN, row.status, "upload data to")
        require_formats(row)
        row.status, row.upload_id = becomes, new_id()
        row.updated_at = context.now()
        return row.owner, row.upload_id


@contextmanager
def giving_up(context: RequestContext, image_id: str, upload_id: str) -> Iterator[None]:
    """Queue an image again when the block fails, unless another upload has begun."""
    try:
        yield
    except BaseException:
        with context.unit_of_work() as session:
            row = session.get(ImageRow, image_id, with_for_update=True)
            if row is not None and row.upload_id == upload_id:
                row.status, row.upload_id = states.QUEUED, ""
        raise


def overtaken(image_id: str) -> Conflict:
    """Return what an upload is told whose place another one has taken."""
    return Conflict(f"another upload has taken the place of this one for image {image_id}")


def _finish(
    context: RequestContext,
    image_id: str,
    upload_id: str,
    found: synnefo_object_store.ObjectInfo,
    digest: Digest,
) -> None:
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        if row.upload_id != upload_id:
            raise overtaken(image_id)
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
