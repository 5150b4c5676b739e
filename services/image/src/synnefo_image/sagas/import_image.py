# SPDX-License-Identifier: Apache-2.0
"""Make what is staged, or what a URL leads to, the content of an image.

Fetch it into the staged object; look at it, and convert it or move it to where it stays; fill the
image. Whatever fails, the objects go and the image is queued again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

import synnefo_object_store
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Saga, Step
from synnefo_image import contents, conversion, downloads, headers, importing, states, tasks
from synnefo_image.images import empty, fill
from synnefo_image.models import ImageRow
from synnefo_image.values import Location


def _owner(run: Run) -> RequestContext:
    """Return a context in which objects are the owner's, and charged to who asked."""
    data = run.data
    return replace(run.context, user_id=data["user_id"], project_id=data["account"])


def _staged(run: Run) -> Location:
    container = run.context.cloud.config.image.container
    return Location(run.data["account"], container, importing.staged_name(run.subject_id))


def _final(run: Run) -> Location:
    return replace(_staged(run), name=run.subject_id)


def _found(context: RequestContext, place: Location) -> synnefo_object_store.ObjectInfo | None:
    try:
        return synnefo_object_store.find_object(context, place.account, place.container, place.name)
    except NotFound:
        return None


def fetch(run: Run) -> None:
    """Store what the URL leads to, unless it is staged already."""
    context = _owner(run)
    tasks.begun(context, run.data["task_id"])
    if run.data["method"] != importing.FETCHED:
        return
    with downloads.opened(run.data["uri"], importing.allowed(context)) as read:
        contents.store(context, run.data["account"], _staged(run).name, read=read)


def settle(run: Run) -> Mapping[str, Any]:
    """Leave the content where it stays, raw if it was of another format.

    What an earlier try left there is only taken when nothing is staged any more.
    """
    context, disk_format = _owner(run), run.data["disk_format"]
    staged, final = _found(context, _staged(run)), _final(run)
    if staged is None:
        return {}
    section = context.cloud.config.image
    reader = synnefo_object_store.open_object(context, staged)
    if disk_format in headers.CONVERTED and section.convert:
        with conversion.raw(context, reader, staged.size_bytes, disk_format) as raw:
            digest = contents.store(
                context, final.account, final.name, read=raw.file.read, size_bytes=raw.size_bytes
            )[1]
        _remove(context, _staged(run))
        return {"disk_format": "raw", "digest": list(digest)}
    if section.check_formats:
        headers.check(disk_format, conversion.peek_of(reader, staged.size_bytes))
    digest = contents.digest_of(context, reader)
    source, target = (
        synnefo_object_store.Place(place.account, place.container, place.name)
        for place in (_staged(run), final)
    )
    synnefo_object_store.move_object(context, source, target, synnefo_object_store.Copying())
    return {"digest": list(digest)}


def show(run: Run) -> None:
    """Give the image its content."""
    context, data, final = _owner(run), run.data, _final(run)
    found = synnefo_object_store.find_object(context, final.account, final.container, final.name)
    with context.unit_of_work() as session:
        row = session.get(ImageRow, run.subject_id, with_for_update=True)
        if row is None:
            raise NotFound("image", run.subject_id)
        if row.upload_id != data["upload_id"]:
            return
        algorithm, value = data.get("digest", ("", ""))
        row.disk_format = data["disk_format"]
        fill(row, found, digest=(algorithm, value))
        row.updated_at = context.now()


def hide(run: Run) -> None:
    """Take the content from the image again: nobody is to see what is about to go."""
    with run.context.unit_of_work() as session:
        row = session.get(ImageRow, run.subject_id, with_for_update=True)
        if row is not None and row.object_name == run.subject_id:
            empty(row)
            row.status, row.upload_id = states.IMPORTING, run.data["upload_id"]


def remove_staged(run: Run) -> None:
    """Remove what was staged or fetched."""
    _remove(_owner(run), _staged(run))


def remove_final(run: Run) -> None:
    """Remove what was to become the content."""
    _remove(_owner(run), _final(run))


def _remove(context: RequestContext, place: Location) -> None:
    with suppress(NotFound):
        synnefo_object_store.delete_object(context, place.account, place.container, place.name)


def succeed(run: Run, session: Session) -> None:
    """Say that it went well."""
    tasks.end(session, run.data["task_id"], now=run.context.now(), message="")


def fail(run: Run, session: Session) -> None:
    """Queue the image again and say why."""
    row = session.get(ImageRow, run.subject_id, with_for_update=True)
    if row is not None and row.upload_id == run.data["upload_id"]:
        row.status, row.upload_id = states.QUEUED, ""
    message = run.error or "the import was cancelled"
    tasks.end(session, run.data["task_id"], now=run.context.now(), message=message)


SAGA = Saga(
    importing.IMPORT,
    [
        Step("fetch", fetch, undo=remove_staged),
        Step("settle", settle, undo=remove_final),
        Step("show", show, undo=hide),
    ],
    succeed=succeed,
    fail=fail,
)
