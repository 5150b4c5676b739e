# SPDX-License-Identifier: Apache-2.0
"""Who pays for content that is nobody's file any more.

As long as the object of which an image was made is there, it is paid for as an object. Once it is
removed or replaced the image holds the content, and its owner pays: by force, for it is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

import synnefo_object_store
import synnefo_quota
from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge, Thing, Usage
from synnefo_image.models import ImageRow

RECKON_EVERY_S = 300.0
_AT_ONCE = 200


def reckon(context: RequestContext) -> None:
    """Have each image pay if its object is gone, and no longer if that is back."""
    last = ""
    while ids := _page(context, last):
        for image_id in ids:
            _reckon_one(context, image_id)
        last = ids[-1]


def _page(context: RequestContext, last: str) -> list[str]:
    query = select(ImageRow.id).where(ImageRow.id > last, ImageRow.reference != "")
    with context.reading() as session:
        return list(session.scalars(query.order_by(ImageRow.id).limit(_AT_ONCE)))


def _reckon_one(context: RequestContext, image_id: str) -> None:
    with context.reading() as session:
        seen = session.get(ImageRow, image_id)
        is_right = seen is None or seen.charged_bytes == _owed(context, seen)
    if is_right:
        return
    with context.unit_of_work() as session:
        row = session.get(ImageRow, image_id, with_for_update=True)
        if row is not None:
            pay(context, row, _owed(context, row))


def _owed(context: RequestContext, row: ImageRow) -> int:
    if not row.reference:
        return 0
    place = synnefo_object_store.Place(row.account, row.container, row.object_name)
    reference = Reference.parse(row.reference)
    is_paid = synnefo_object_store.is_paid_for(context, place, reference)
    return 0 if is_paid else row.size_bytes


def pay(context: RequestContext, row: ImageRow, size_bytes: int) -> None:
    """Have an image's owner pay for so much from now on, in the caller's unit of work."""
    change = size_bytes - row.charged_bytes
    row.charged_bytes = size_bytes
    if change:
        charge = Charge(row.owner, _user(row), synnefo_object_store.DISKSPACE, change)
        synnefo_quota.charge(context, [charge], is_forced=True)


def _user(row: ImageRow) -> str:
    # Images that are older than the column are charged to the user whom the project is named after.
    return row.user_id or row.owner


def usage(context: RequestContext) -> list[Usage]:
    """Count the bytes that images pay for."""
    user = func.coalesce(func.nullif(ImageRow.user_id, ""), ImageRow.owner)
    query = (
        select(ImageRow.owner, user, func.sum(ImageRow.charged_bytes))
        .where(ImageRow.charged_bytes > 0)
        .group_by(ImageRow.owner, user)
    )
    with context.reading() as session:
        rows = session.execute(query).all()
    resource = synnefo_object_store.DISKSPACE
    return [Usage(owner, user_id, resource, int(amount)) for owner, user_id, amount in rows]


def things(context: RequestContext, resource: str, project_id: str) -> Iterator[Thing]:
    """Yield the images that a project pays for."""
    if resource != synnefo_object_store.DISKSPACE:
        return
    query = select(ImageRow).where(ImageRow.owner == project_id, ImageRow.charged_bytes > 0)
    with context.reading() as session:
        for row in session.scalars(query):
            amount = row.charged_bytes
            yield Thing(row.owner, _user(row), resource, amount, "image", row.id, row.name)
