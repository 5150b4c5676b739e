# SPDX-License-Identifier: Apache-2.0
"""Find a caller's server: who may not know of one is told that there is none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, and_, bindparam, exists, select
from sqlalchemy.orm import Session

from synnefo_compute.models import ServerRow, ServerVolumeRow, TagRow
from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import NotFound

TABLE: Table = ServerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_tag: Table = TagRow.__table__  # type: ignore[assignment]  # declared as FromClause
_volume: Table = ServerVolumeRow.__table__  # type: ignore[assignment]  # declared as FromClause
_NOT_TOLD = frozenset({"noticed_at", "own_boot"})
COLUMNS = [
    *(
        column.label("metadata_") if column.name == "metadata" else column
        for column in TABLE.c
        if column.name not in _NOT_TOLD
    ),
    exists().where(_tag.c.server_id == TABLE.c.id).label("is_tagged"),
    exists().where(_volume.c.server_id == TABLE.c.id).label("has_volumes"),
]
"""What is told of a server, under the names that the model has for it, and whether it has tags and volumes."""
IS_THERE = TABLE.c.is_deleted.is_(False)
_IS_IT = and_(TABLE.c.id == bindparam("server"), IS_THERE)
IS_OURS = TABLE.c.project_id == bindparam("of_project")
_OF_ANYBODY = Prepared(select(*COLUMNS).where(_IS_IT))
_OF_PROJECT = Prepared(select(*COLUMNS).where(_IS_IT, IS_OURS))


def seen(context: RequestContext, session: Session, server_id: str) -> Any:
    """Return the columns of a server that :func:`owned` would find, only to be read.

    Raises:
        NotFound: The caller has none of this id (any more).
    """
    if context.is_admin:
        row = _OF_ANYBODY.first(session, {"server": server_id})
    else:
        values = {"server": server_id, "of_project": context.project_id}
        row = _OF_PROJECT.first(session, values)
    if row is None:
        noun = "server"
        raise NotFound(noun, server_id)
    return row


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
