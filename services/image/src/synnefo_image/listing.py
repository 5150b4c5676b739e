# SPDX-License-Identifier: Apache-2.0
"""Lists of images: chosen, ordered and cut into pages."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from synnefo_core.context import RequestContext
from synnefo_core.db.paging import page
from synnefo_core.errors import InvalidField, NotFound
from synnefo_image import states, tags
from synnefo_image.models import ImageRow, TagRow
from synnefo_image.rows import NOUN, shared_with, shown, visible
from synnefo_image.values import Image, Selection

_COLUMNS: Mapping[str, InstrumentedAttribute[Any]] = {
    "id": ImageRow.id,
    "name": ImageRow.name,
    "owner": ImageRow.owner,
    "status": ImageRow.status,
    "size_bytes": ImageRow.size_bytes,
    "checksum": ImageRow.checksum,
    "hash_value": ImageRow.hash_value,
    "min_disk_gib": ImageRow.min_disk_gib,
    "min_ram_mib": ImageRow.min_ram_mib,
    "disk_format": ImageRow.disk_format,
    "container_format": ImageRow.container_format,
    "is_protected": ImageRow.is_protected,
    "created_at": ImageRow.created_at,
    "updated_at": ImageRow.updated_at,
}

_COMPARISONS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def list_images(context: RequestContext, selection: Selection) -> list[Image]:
    """Return a page of the images that are wanted.

    Raises:
        InvalidField: An attribute is not one by which can be chosen.
        NotFound: The marker is none of the images that the caller may see.
    """
    # Columns, not objects: what could be changed costs several times as much.
    query = select(*ImageRow.__table__.c).where(*visible(context), *_chosen(context, selection))
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
        rows = session.execute(page(query, order, limit=selection.limit, marker=marker)).all()
        found = tags.of_images(session, [row.id for row in rows])
        return [shown(row, found.get(row.id, ())) for row in rows]


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
    for bound in selection.bounds:
        yield _COMPARISONS[bound.comparison](_column(bound.name), bound.value)
    yield from _by_visibility(context, selection)


def _by_visibility(context: RequestContext, selection: Selection) -> Iterator[ColumnElement[bool]]:
    """Yield what the wanted visibility and what the caller made of shared images ask for."""
    own = ImageRow.owner == context.project_id
    statuses = () if selection.member_status == "all" else (selection.member_status,)
    taken = shared_with(context, statuses)
    if selection.visibility is None:
        if not context.is_admin:
            yield or_(own, ImageRow.visibility == states.PUBLIC, taken)
    elif selection.visibility != "all":
        yield ImageRow.visibility == selection.visibility
        if selection.visibility == states.SHARED and not context.is_admin:
            yield or_(own, taken)
