# SPDX-License-Identifier: Apache-2.0
"""Imports: content that is staged or fetched becomes an image's by and by.

What is staged is an object of the owner's beside that which it will be: it is charged like any
other, and any worker finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

import synnefo_object_store
from synnefo_blocks import Read
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, InvalidField, InvalidState
from synnefo_image import contents, downloads, states, tasks
from synnefo_image.downloads import Allowed
from synnefo_image.images import require_formats
from synnefo_image.models import ImageRow
from synnefo_image.rows import NOUN, lock_own
from synnefo_image.tasks import Task

STAGED, FETCHED, COPIED = "glance-direct", "web-download", "copy-image"
METHODS = (STAGED, FETCHED, COPIED)
"""Of import, by Glance's names."""

IMPORT = "image.import"
"""The saga."""

_GIB = 1024**3
_BEGINS_AT = {STAGED: states.UPLOADING, FETCHED: states.QUEUED, COPIED: states.ACTIVE}


@dataclass(frozen=True)
class Import:
    """How content is to come in.

    Attributes:
        method: One of :data:`METHODS`.
        uri: From where, for ``web-download``.
        stores: Where it is to lie; empty for wherever new images lie.
    """

    method: str
    uri: str = ""
    stores: Sequence[str] = ()


def staged_name(image_id: str) -> str:
    """Return the name of the object that waits to become an image's content."""
    return f"{image_id}.staged"


def stage(
    context: RequestContext, image_id: str, read: Read, *, size_bytes: int | None = None
) -> None:
    """Store a stream that an import is to make the content of an image.

    When the stream breaks off the image is queued again. Of two at once the one begun last counts.

    Raises:
        Conflict: Another one was faster.
        InvalidState: The image has content.
        NotFound: There is no such image, or the caller may not see it.
        QuotaExceeded: The owner may not store so much.
    """
    takes = frozenset({states.QUEUED, states.UPLOADING})
    account, upload_id = contents.begin(context, image_id, takes=takes, becomes=states.UPLOADING)
    with contents.giving_up(context, image_id, upload_id):
        name = staged_name(image_id)
        contents.store(context, account, name, read=read, size_bytes=size_bytes)
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        if row.upload_id != upload_id:
            raise contents.overtaken(image_id)
        row.updated_at = context.now()


def allowed(context: RequestContext) -> Allowed:
    """Return what may be fetched."""
    section = context.cloud.config.image
    return Allowed(
        ports=section.fetch_ports,
        networks=section.fetch_networks,
        size_bytes=min(
            section.fetch_gib * _GIB, synnefo_object_store.engine(context.cloud).largest_bytes
        ),
        time_s=section.fetch_time_s,
    )


def begin_import(context: RequestContext, image_id: str, wanted: Import) -> Task:
    """Have content become an image's; return what tells how far that is.

    Raises:
        Conflict: A format is missing.
        Forbidden: The image is another's.
        InvalidField: It can't be fetched from there, or lie there.
        InvalidState: There is nothing staged, or content already.
        NotFound: There is no such image, or the caller may not see it.
    """
    if wanted.method == FETCHED:
        downloads.check(wanted.uri, allowed(context))
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        if row.status != _BEGINS_AT[wanted.method]:
            raise InvalidState(NOUN, row.status, f"import by {wanted.method} to")
        require_formats(row)
        _require_store(context, row, wanted)
        task = tasks.add(context, session, row, wanted.method, wanted.uri)
        if wanted.method == COPIED:
            # An image lies in one store, and this is it.
            return tasks.end(session, task.id, now=context.now(), message="")
        row.status, row.upload_id, row.updated_at = states.IMPORTING, new_id(), context.now()
        _begin_saga(context, session, row, task, wanted)
        return task


def _begin_saga(
    context: RequestContext, session: Session, row: ImageRow, task: Task, wanted: Import
) -> None:
    data: dict[str, Any] = {
        "task_id": task.id,
        "method": wanted.method,
        "uri": wanted.uri,
        "upload_id": row.upload_id,
        "account": row.owner,
        "user_id": context.user_id,
        "disk_format": row.disk_format,
    }
    sagas.begin(context, session, IMPORT, subject_id=row.id, data=data)


def require_store(context: RequestContext, stores: Sequence[str]) -> None:
    """Refuse stores to which new images do not go.

    Raises:
        InvalidField: One of them is not the one to which they go.
    """
    new = context.cloud.stores()[0]
    if set(stores) - {new}:
        noun = "stores"
        raise InvalidField(noun, f"new images go to {new}")


def _require_store(context: RequestContext, row: ImageRow, wanted: Import) -> None:
    if wanted.method != COPIED:
        require_store(context, wanted.stores)
    elif set(wanted.stores) - {row.store}:
        msg = f"an image lies in one store, this one in {row.store}"
        raise Conflict(msg)
