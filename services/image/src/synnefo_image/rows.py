# SPDX-License-Identifier: Apache-2.0
"""Rows of images: who sees them, who may change them, what they look like outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, NotFound
from synnefo_image import states
from synnefo_image.models import ImageRow, MemberRow
from synnefo_image.values import Image, Location

NOUN = "image"


def visible(context: RequestContext) -> list[ColumnElement[bool]]:
    """Return what makes an image visible to one who knows its id."""
    if context.is_admin:
        return []
    own = ImageRow.owner == context.project_id
    return [or_(own, ImageRow.visibility.in_(sorted(states.OPEN)), shared_with(context))]


def shared_with(context: RequestContext, statuses: Sequence[str] = ()) -> ColumnElement[bool]:
    """Return the condition that an image is shared with the caller.

    Args:
        context: Who asks.
        statuses: What the caller has made of that; empty for whatever.
    """
    theirs = select(MemberRow.image_id).where(MemberRow.member == context.project_id)
    if statuses:
        theirs = theirs.where(MemberRow.status.in_(list(statuses)))
    return and_(ImageRow.visibility == states.SHARED, ImageRow.id.in_(theirs))


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


def shown(row: Any, tag_names: tuple[str, ...]) -> Image:
    """Return the value for a row, or for its columns."""
    return Image(
        id=row.id,
        name=row.name,
        owner_project_id=row.owner,
        status=row.status,
        visibility=row.visibility,
        size_bytes=row.size_bytes,
        checksum=row.checksum,
        hash_algorithm=row.hash_algorithm,
        hash_value=row.hash_value,
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
