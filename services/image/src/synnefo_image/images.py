# SPDX-License-Identifier: Apache-2.0
"""Images: registered, shown, changed, deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, delete as sql_delete, or_, select, update as sql_update
from sqlalchemy.orm import InstrumentedAttribute, Session

import synnefo_object_store
from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Kind, Moving
from synnefo_core.db.base import new_id
from synnefo_core.db.paging import page
from synnefo_core.db.session import changed_rows
from synnefo_core.errors import (
    Conflict,
    Duplicate,
    Forbidden,
    InvalidField,
    InvalidState,
    NotFound,
)
from synnefo_image import policies, states, tags
from synnefo_image.models import ImageRow, TagRow, UsedIdRow
from synnefo_image.values import (
    Image,
    ImageChanges,
    ImageSpec,
    Location,
    PropertyEdit,
    Selection,
)

NOUN = "image"
MOST_PROPERTIES = 128

_ONLY_BEFORE_CONTENT = ("disk_format", "container_format")

_COLUMNS: Mapping[str, InstrumentedAttribute[Any]] = {
    "id": ImageRow.id,
    "name": ImageRow.name,
    "owner": ImageRow.owner,
    "status": ImageRow.status,
    "size_bytes": ImageRow.size_bytes,
    "checksum": ImageRow.checksum,
    "min_disk_gib": ImageRow.min_disk_gib,
    "min_ram_mib": ImageRow.min_ram_mib,
    "disk_format": ImageRow.disk_format,
    "container_format": ImageRow.container_format,
    "is_protected": ImageRow.is_protected,
    "created_at": ImageRow.created_at,
    "updated_at": ImageRow.updated_at,
}


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
    _require_few(spec.properties)
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
        return _shown(row, tuple(sorted(set(spec.tags))))


def _owner(context: RequestContext, asked: str | None) -> str:
    if asked is None or asked == context.project_id:
        return context.require_project()
    context.cloud.policy.require(context, policies.FOR_OTHERS)
    return asked


def _require_publisher(context: RequestContext, visibility: str) -> None:
    if visibility == states.PUBLIC:
        context.cloud.policy.require(context, policies.PUBLISH)


def _require_few(properties: Mapping[str, str]) -> None:
    if len(properties) > MOST_PROPERTIES:
        raise InvalidField("properties", f"there are at most {MOST_PROPERTIES}")


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


def fill(row: ImageRow, found: synnefo_object_store.ObjectInfo) -> None:
    """Give an image the content of an object."""
    row.status = states.ACTIVE
    row.size_bytes = found.size_bytes
    row.checksum = found.etag
    row.store = found.store
    row.reference = str(found.reference)
    row.account, row.container, row.object_name = found.account, found.container, found.name
    row.upload_id = ""


def visible(context: RequestContext) -> list[ColumnElement[bool]]:
    """Return what makes an image visible to one who knows its id."""
    if context.is_admin:
        return []
    own = ImageRow.owner == context.project_id
    return [or_(own, ImageRow.visibility.in_(sorted(states.OPEN)))]


def show(context: RequestContext, image_id: str) -> Image:
    """Return an image.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        row = session.scalar(select(ImageRow).where(ImageRow.id == image_id, *visible(context)))
        if row is None:
            raise NotFound(NOUN, image_id)
        return _shown(row, tags.of_images(session, [row.id]).get(row.id, ()))


def list_images(context: RequestContext, selection: Selection) -> list[Image]:
    """Return a page of the images that are wanted.

    Raises:
        InvalidField: An attribute is not one by which can be chosen.
        NotFound: The marker is none of the images that the caller may see.
    """
    query = select(ImageRow).where(*visible(context), *_chosen(context, selection))
    names = dict(selection.order)
    # The id makes the order complete; it goes with the first column's direction, as its index.
    names.setdefault("id", next(iter(names.values()), False))
    order = [(_column(name), descends) for name, descends in names.items()]
    with context.reading() as session:
        marker = None
        if selection.marker is not None:
            places = select(*(column for column, _ in order)).where(*visible(context))
            marker = session.execute(places.where(ImageRow.id == selection.marker)).first()
            if marker is None:
                raise NotFound(NOUN, selection.marker)
        rows = list(session.scalars(page(query, order, limit=selection.limit, marker=marker)))
        found = tags.of_images(session, [row.id for row in rows])
        return [_shown(row, found.get(row.id, ())) for row in rows]


def _column(name: str) -> InstrumentedAttribute[Any]:
    if name not in _COLUMNS:
        raise InvalidField(name, "images can't be chosen by this")
    return _COLUMNS[name]


def _chosen(context: RequestContext, selection: Selection) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a selection."""
    yield ImageRow.is_hidden == selection.is_hidden
    for name, values in selection.where.items():
        yield _column(name).in_(list(values))
    for name, value in selection.properties.items():
        yield ImageRow.properties[name].as_string() == value
    for tag in selection.tags:
        yield ImageRow.id.in_(select(TagRow.image_id).where(TagRow.tag == tag))
    if selection.least_bytes is not None:
        yield ImageRow.size_bytes >= selection.least_bytes
    if selection.most_bytes is not None:
        yield ImageRow.size_bytes <= selection.most_bytes
    if selection.visibility is None:
        if not context.is_admin:
            own = ImageRow.owner == context.project_id
            yield or_(own, ImageRow.visibility == states.PUBLIC)
    elif selection.visibility != "all":
        yield ImageRow.visibility == selection.visibility


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
        row.properties = _edited(row.properties, edits)
        if "tags" in changes:
            tags.replace(session, row.id, changes["tags"])
        if "location" in changes:
            if row.status != states.QUEUED:
                raise InvalidState(NOUN, row.status, "give a location to")
            _fill(context, row, changes["location"])
        row.updated_at = context.now()
        return _shown(row, tags.of_images(session, [row.id]).get(row.id, ()))


def _change(context: RequestContext, row: ImageRow, changes: ImageChanges) -> None:
    if "visibility" in changes and changes["visibility"] != row.visibility:
        _require_publisher(context, changes["visibility"])
    if "owner" in changes:
        context.cloud.policy.require(context, policies.FOR_OTHERS)
    for name, value in changes.items():
        if name in ("tags", "location"):
            continue
        is_late = name in _ONLY_BEFORE_CONTENT and row.status != states.QUEUED
        if is_late and value != getattr(row, name):
            raise Forbidden(f"{name} can only be changed while the image is queued")
        setattr(row, name, value)


def _edited(properties: Mapping[str, str], edits: Sequence[PropertyEdit]) -> dict[str, str]:
    edited = dict(properties)
    for edit in edits:
        if edit.name not in edited and not edit.is_new_allowed:
            raise Conflict(f"property {edit.name} does not exist")
        if edit.value is None:
            del edited[edit.name]
        else:
            edited[edit.name] = edit.value
    _require_few(edited)
    return edited


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


def delete(context: RequestContext, image_id: str) -> None:
    """Delete an image's registration; the object of which it was made stays (SEM-024).

    Raises:
        Forbidden: It is protected, or another's.
        NotFound: There is none, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        if row.is_protected:
            raise Forbidden(f"image {image_id} is protected and cannot be deleted")
        session.execute(sql_delete(TagRow).where(TagRow.image_id == image_id))
        session.delete(row)
        session.add(UsedIdRow(id=image_id, deleted_at=context.now()))


def lock_own(context: RequestContext, session: Session, image_id: str) -> ImageRow:
    """Lock an image that the caller may change.

    Raises:
        Forbidden: The caller may see it but not change it.
        NotFound: There is none, or the caller may not see it.
    """
    query = select(ImageRow).where(ImageRow.id == image_id, *visible(context))
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotFound(NOUN, image_id)
    if not context.is_admin and row.owner != context.project_id:
        raise Forbidden(f"image {image_id} belongs to another project")
    return row


def roots(context: RequestContext, store: str) -> Iterator[tuple[Kind, bytes]]:
    """Yield the content of every image in a store."""
    query = select(ImageRow.reference).where(ImageRow.store == store, ImageRow.reference != "")
    with context.reading(is_snapshot=True) as session:
        for text in session.scalars(query.execution_options(yield_per=1000)):
            reference = Reference.parse(text)
            if reference.is_stored:
                yield reference.kind, reference.digest


def moving(context: RequestContext, source: str, target: str) -> Iterator[Moving]:
    """Yield the content of every image in a store, for another one."""
    query = select(ImageRow.id, ImageRow.reference).where(
        ImageRow.store == source, ImageRow.reference != ""
    )
    with context.reading() as session:
        rows = session.execute(query).all()
    for image_id, text in rows:
        reference = Reference.parse(text)
        moved = partial(_move, context, image_id, text, source, target)
        yield Moving(reference.kind, reference.digest, reference.size_bytes, moved)


def _move(context: RequestContext, image_id: str, text: str, source: str, target: str) -> bool:
    statement = (
        sql_update(ImageRow)
        .where(ImageRow.id == image_id, ImageRow.store == source, ImageRow.reference == text)
        .values(store=target)
    )
    with context.unit_of_work() as session:
        return changed_rows(session, statement) == 1


def _shown(row: ImageRow, tag_names: tuple[str, ...]) -> Image:
    return Image(
        id=row.id,
        name=row.name,
        owner_project_id=row.owner,
        status=row.status,
        visibility=row.visibility,
        size_bytes=row.size_bytes,
        checksum=row.checksum,
        min_disk_gib=row.min_disk_gib,
        min_ram_mib=row.min_ram_mib,
        disk_format=row.disk_format,
        container_format=row.container_format,
        is_protected=row.is_protected,
        is_hidden=row.is_hidden,
        tags=tag_names,
        properties=dict(row.properties),
        reference=Reference.parse(row.reference) if row.reference else None,
        store=row.store,
        location=Location(row.account, row.container, row.object_name) if row.container else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
