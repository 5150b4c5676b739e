# SPDX-License-Identifier: Apache-2.0
"""Find a caller's server: who may not know of one is told that there is none."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_compute.models import ServerRow
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound


def owned(
    context: RequestContext,
    session: Session,
    server_id: str,
    *,
    is_locked: bool = False,
    also_deleted: bool = False,
) -> ServerRow:
    """Return the row of a server of the caller's project, or of any for an administrator.

    Args:
        context: The caller.
        session: The transaction.
        server_id: The server.
        is_locked: Nobody else changes the row until the transaction ends.
        also_deleted: One that was removed is found too.

    Raises:
        NotFound: The caller has none of this id (any more).
    """
    query = select(ServerRow).where(ServerRow.id == server_id)
    if not also_deleted:
        query = query.where(ServerRow.is_deleted.is_(False))
    if not context.is_admin:
        query = query.where(ServerRow.project_id == context.project_id)
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).first()
    if row is None:
        noun = "server"
        raise NotFound(noun, server_id)
    return row
