# SPDX-License-Identifier: Apache-2.0
"""Members: the projects with which an image is shared, and what each makes of that."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Duplicate, Forbidden, NotFound, TooLarge
from synnefo_image import states
from synnefo_image.models import ImageRow, MemberRow
from synnefo_image.rows import NOUN, lock_own, visible
from synnefo_image.values import Member

MOST_MEMBERS = 128
_MEMBER = "member"


def add_member(context: RequestContext, image_id: str, project_id: str) -> Member:
    """Share an image with a project, which decides whether its lists show it.

    Raises:
        Duplicate: It is shared with it already.
        Forbidden: The image is another's, or not one to be shared.
        NotFound: There is no such image, or the caller may not see it.
        TooLarge: It is shared with too many.
    """
    now = context.now()
    with context.unit_of_work() as session:
        image = lock_own(context, session, image_id)
        _require_shared(image)
        if session.get(MemberRow, (image_id, project_id)) is not None:
            raise Duplicate(_MEMBER, project_id)
        count = select(func.count()).where(MemberRow.image_id == image_id)
        if (session.scalar(count) or 0) >= MOST_MEMBERS:
            raise TooLarge(MOST_MEMBERS)
        row = MemberRow(
            image_id=image_id,
            member=project_id,
            status=states.PENDING,
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        return _shown(row)


def list_members(context: RequestContext, image_id: str) -> list[Member]:
    """Return with whom an image is shared; a member sees itself alone.

    Raises:
        Forbidden: The image is not one to be shared.
        NotFound: There is no such image, or it is not shared with the caller.
    """
    with context.reading() as session:
        image = _seen(context, session, image_id)
        query = select(MemberRow).where(MemberRow.image_id == image_id)
        if not _is_owner(context, image):
            query = query.where(MemberRow.member == context.project_id)
        return [_shown(row) for row in session.scalars(query.order_by(MemberRow.member))]


def show_member(context: RequestContext, image_id: str, project_id: str) -> Member:
    """Return what a project makes of an image that is shared with it.

    Raises:
        Forbidden: The image is not one to be shared.
        NotFound: There is no such image or member, or it is not the caller's to know.
    """
    with context.reading() as session:
        image = _seen(context, session, image_id)
        row = session.get(MemberRow, (image_id, project_id))
        is_known = _is_owner(context, image) or project_id == context.project_id
        if row is None or not is_known:
            raise NotFound(_MEMBER, project_id)
        return _shown(row)


def answer(context: RequestContext, image_id: str, project_id: str, *, status: str) -> Member:
    """Say whether a project's lists are to show an image that is shared with it.

    Raises:
        Forbidden: That is for the member alone to say.
        NotFound: There is no such image or member, or it is not the caller's to know.
    """
    with context.unit_of_work() as session:
        image = _seen(context, session, image_id)
        row = session.get(MemberRow, (image_id, project_id), with_for_update=True)
        is_self = context.is_admin or project_id == context.project_id
        if not is_self and _is_owner(context, image):
            msg = "only the member itself accepts or rejects an image"
            raise Forbidden(msg)
        if row is None or not is_self:
            raise NotFound(_MEMBER, project_id)
        row.status, row.updated_at = status, context.now()
        return _shown(row)


def remove_member(context: RequestContext, image_id: str, project_id: str) -> None:
    """Share an image with a project no longer.

    Raises:
        Forbidden: The image is another's, or not one to be shared.
        NotFound: There is no such image or member, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        _require_shared(lock_own(context, session, image_id))
        row = session.get(MemberRow, (image_id, project_id))
        if row is None:
            raise NotFound(_MEMBER, project_id)
        session.delete(row)


def _seen(context: RequestContext, session: Session, image_id: str) -> ImageRow:
    image = session.scalar(select(ImageRow).where(ImageRow.id == image_id, *visible(context)))
    if image is None:
        raise NotFound(NOUN, image_id)
    _require_shared(image)
    return image


def _require_shared(image: ImageRow) -> None:
    if image.visibility != states.SHARED:
        raise Forbidden(f"an image that is {image.visibility} has no members")


def _is_owner(context: RequestContext, image: ImageRow) -> bool:
    return context.is_admin or image.owner == context.project_id


def _shown(row: MemberRow) -> Member:
    return Member(
        image_id=row.image_id,
        project_id=row.member,
        status=row.status,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
