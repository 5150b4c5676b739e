# SPDX-License-Identifier: Apache-2.0
"""Images: registered, shown, changed, deleted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_object_store
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import (
    Conflict,
    Duplicate,
    Forbidden,
    InvalidState,
    NotFound,
)
from synnefo_image import holdings, policies, properties, states, tags
from synnefo_image.models import ImageRow, UsedIdRow
from synnefo_image.rows import NOUN, lock_own, shown, visible
from synnefo_image.values import (
    Image,
    ImageChanges,
    ImageSpec,
    Location,
    PropertyEdit,
)

MD5_DIGITS = 32
_ONLY_BEFORE_CONTENT = ("disk_format", "container_format")


def create(context: RequestContext, spec: ImageSpec) -> Image:
    """Register an image: with content if a location is given, else to wait for it.

    Raises:
        Conflict: There is a location but a format is missing.
        Duplicate: The id is another image's, or was.
        Forbidden: Only administrators may publish, or give to others.
        NotFound: There is no such object.
    """
    owner = _owner(context, spec.owner)
    _require_publisher(context, spec.visibility)
    properties.require_new(context, spec.properties)
    now = context.now()
    with context.unit_of_work() as session:
        row = ImageRow(
            id=spec.id or new_id(),
            owner=owner,
            name=spec.name,
            status=states.QUEUED,
            visibility=spec.visibility,
            size_bytes=0,
            checksum="",
            hash_algorithm="",
            hash_value="",
            min_disk_gib=spec.min_disk_gib,
            min_ram_mib=spec.min_ram_mib,
            disk_format=spec.disk_format,
            container_format=spec.container_format,
            is_protected=spec.is_protected,
            is_hidden=spec.is_hidden,
            properties=dict(spec.properties),
            store="",
            reference="",
            account="",
            container="",
            object_name="",
            upload_id="",
            user_id=context.user_id,
            charged_bytes=0,
            created_at=now,
            updated_at=now,
        )
        _require_unused(session, row.id)
        if spec.location is not None:
            _fill(context, row, spec.location)
        session.add(row)
        session.flush()
        if spec.tags:
            tags.replace(session, row.id, spec.tags)
        return shown(row, tuple(sorted(set(spec.tags))))


def _owner(context: RequestContext, asked: str | None) -> str:
    if asked is None or asked == context.project_id:
        return context.require_project()
    context.cloud.policy.require(context, policies.FOR_OTHERS)
    return asked


def _require_publisher(context: RequestContext, visibility: str) -> None:
    if visibility == states.PUBLIC:
        context.cloud.policy.require(context, policies.PUBLISH)


def _require_unused(session: Session, image_id: str) -> None:
    for model in (ImageRow, UsedIdRow):
        if session.get(model, image_id) is not None:
            raise Duplicate(NOUN, image_id)


def _fill(context: RequestContext, row: ImageRow, location: Location) -> None:
    """Give an image the content of an object that the caller may read."""
    require_formats(row)
    found = synnefo_object_store.find_object(
        context, location.account, location.container, location.name
    )
    fill(row, found)


def require_formats(row: ImageRow) -> None:
    """Refuse to give content to an image of which nobody said how it is to be read.

    Raises:
        Conflict: A format is missing.
    """
    if not row.disk_format or not row.container_format:
        msg = "properties disk_format, container_format must be set prior to saving data"
        raise Conflict(msg)


def fill(
    row: ImageRow, found: synnefo_object_store.ObjectInfo, *, digest: tuple[str, str] = ("", "")
) -> None:
    """Give an image the content of an object; ``digest``: by which algorithm, in hexadecimal."""
    row.hash_algorithm, row.hash_value = digest
    row.status = states.ACTIVE
    row.size_bytes = found.size_bytes
    # Of what did not come as one stream nobody has the MD5; its ETag is longer (PIT-015).
    row.checksum = found.etag if len(found.etag) == MD5_DIGITS else ""
    row.store = found.store
    row.reference = str(found.reference)
    row.account, row.container, row.object_name = found.account, found.container, found.name
    row.upload_id = ""


def empty(row: ImageRow) -> None:
    """Take an image's content from it."""
    row.size_bytes, row.checksum, row.reference, row.store = 0, "", "", ""
    row.account, row.container, row.object_name = "", "", ""
    row.hash_algorithm, row.hash_value = "", ""


def show(context: RequestContext, image_id: str) -> Image:
    """Return an image.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        row = session.scalar(select(ImageRow).where(ImageRow.id == image_id, *visible(context)))
        if row is None:
            raise NotFound(NOUN, image_id)
        return shown(row, tags.of_images(session, [row.id]).get(row.id, ()))


def update(
    context: RequestContext,
    image_id: str,
    changes: ImageChanges,
    edits: Sequence[PropertyEdit] = (),
) -> Image:
    """Change an image; properties one after another.

    Raises:
        Conflict: A property that is to be changed or removed is not there.
        Forbidden: The image is another's, or the change is not the caller's to make.
        InvalidState: A location is given to an image that has content.
        NotFound: There is none, or the caller may not see it; no object is at the location.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        _change(context, row, changes)
        row.properties = properties.edited(context, row.properties, edits)
        if "tags" in changes:
            tags.replace(session, row.id, changes["tags"])
        if "location" in changes:
            if row.status != states.QUEUED:
                raise InvalidState(NOUN, row.status, "give a location to")
            _fill(context, row, changes["location"])
        row.updated_at = context.now()
        return shown(row, tags.of_images(session, [row.id]).get(row.id, ()))


def _change(context: RequestContext, row: ImageRow, changes: ImageChanges) -> None:
    if "visibility" in changes and changes["visibility"] != row.visibility:
        _require_publisher(context, changes["visibility"])
    if "owner" in changes:
        context.cloud.policy.require(context, policies.FOR_OTHERS)
        # The next reckoning has the new owner pay.
        holdings.pay(context, row, 0)
    for name, value in changes.items():
        if name in ("tags", "location"):
            continue
        is_late = name in _ONLY_BEFORE_CONTENT and row.status != states.QUEUED
        if is_late and value != getattr(row, name):
            raise Forbidden(f"{name} can only be changed while the image is queued")
        setattr(row, name, value)


def tag(context: RequestContext, image_id: str, name: str) -> None:
    """Give an image a tag; one that it has already is not an error.

    Raises:
        Forbidden: The image is another's.
        InvalidField: The tag is empty or too long.
        NotFound: There is no such image, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        there = tags.of_images(session, [row.id]).get(row.id, ())
        tags.replace(session, row.id, [*there, name])
        row.updated_at = context.now()


def untag(context: RequestContext, image_id: str, name: str) -> None:
    """Take a tag from an image.

    Raises:
        Forbidden: The image is another's.
        NotFound: There is no such image or tag, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        there = tags.of_images(session, [row.id]).get(row.id, ())
        if name not in there:
            raise NotFound("tag", name)
        tags.replace(session, row.id, [other for other in there if other != name])
        row.updated_at = context.now()


def deactivate(context: RequestContext, image_id: str) -> None:
    """Keep everybody but administrators from reading an image until it is reactivated.

    Raises:
        Forbidden: The image is another's, or has no content.
        NotFound: There is none, or the caller may not see it.
    """
    _switch(context, image_id, states.ACTIVE, states.DEACTIVATED)


def reactivate(context: RequestContext, image_id: str) -> None:
    """Let an image be read again.

    Raises:
        Forbidden: The image is another's, or has no content.
        NotFound: There is none, or the caller may not see it.
    """
    _switch(context, image_id, states.DEACTIVATED, states.ACTIVE)


def _switch(context: RequestContext, image_id: str, before: str, after: str) -> None:
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        if row.status == after:
            return
        if row.status != before:
            raise Forbidden(f"an image that is {row.status} can't become {after}")
        row.status, row.updated_at = after, context.now()
