# SPDX-License-Identifier: Apache-2.0
"""Images deleted: what came in through the image API goes with them, files of people stay."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import delete as sql_delete

import synnefo_object_store
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, NotFound
from synnefo_image import holdings
from synnefo_image.importing import IMPORT, staged_name
from synnefo_image.models import ImageRow, MemberRow, TagRow, UsedIdRow
from synnefo_image.rows import lock_own


def delete(context: RequestContext, image_id: str) -> None:
    """Delete an image.

    An object that was registered stays (SEM-024). One that an upload or import made goes, unless
    somebody has replaced it meanwhile.

    Raises:
        Forbidden: It is protected, or another's.
        NotFound: There is none, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        row = lock_own(context, session, image_id)
        if row.is_protected:
            raise Forbidden(f"image {image_id} is protected and cannot be deleted")
        sagas.cancel(context, session, image_id, [IMPORT])
        for model in (TagRow, MemberRow):
            session.execute(sql_delete(model).where(model.image_id == image_id))
        owner, reference, own = row.owner, row.reference, _is_own(context, row)
        holdings.pay(context, row, 0)
        session.delete(row)
        session.add(UsedIdRow(id=image_id, deleted_at=context.now()))
    container = context.cloud.config.image.container
    if own:
        _remove(context, owner, container, image_id, reference)
    if not reference:
        _remove(context, owner, container, staged_name(image_id), "")


def _is_own(context: RequestContext, row: ImageRow) -> bool:
    place = (row.account, row.container, row.object_name)
    return place == (row.owner, context.cloud.config.image.container, row.id)


def _remove(
    context: RequestContext, account: str, container: str, name: str, reference: str
) -> None:
    """Remove an object, if it is there and has that content; "" for any."""
    with suppress(NotFound):
        found = synnefo_object_store.show_object(context, account, container, name)
        if reference in ("", str(found.reference)):
            synnefo_object_store.delete_object(context, account, container, name)
