# SPDX-License-Identifier: Apache-2.0
"""Find a caller's server: who may not know of one is told that there is none.

Servers are their projects', but a hidden one is known to its user only, and to administrators (CYC-007).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, exists, not_, or_, select, true
from sqlalchemy.orm import Session

from synnefo_compute.models import ServerRow, ServerVolumeRow, TagRow
from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import NotFound

TABLE: Table = ServerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_tag: Table = TagRow.__table__  # type: ignore[assignment]  # declared as FromClause
_volume: Table = ServerVolumeRow.__table__  # type: ignore[assignment]  # declared as FromClause
_NOT_TOLD = frozenset(
    {
        "held_disk_gib",
        "held_flavor_id",
        "held_ram_mib",
        "held_vcpus",
        "is_deleted",
        "noticed_at",
        "own_boot",
        "resized_at",
    }
)
_CONVERTED = [TABLE.c.metadata.label("metadata_"), TABLE.c.is_active_charged, TABLE.c.locked_by]
_AS_IT_IS = [
    column
    for column in TABLE.c
    if column.name not in _NOT_TOLD | {"metadata", "is_active_charged", "locked_by"}
]
AS_IT_IS = [column.name for column in _AS_IT_IS]
"""What is told of a server as it is in its row."""
COLUMNS = [
    *_AS_IT_IS,
    *_CONVERTED,
    exists().where(_tag.c.server_id == TABLE.c.id).label("is_tagged"),
    exists().where(_volume.c.server_id == TABLE.c.id).label("has_volumes"),
]
"""That, what is told of it otherwise, under the names that the model has for it, and whether it has tags and volumes."""
IS_THERE = TABLE.c.is_deleted.is_(False)
_IS_IT = and_(TABLE.c.id == bindparam("server"), IS_THERE)
IS_OURS = TABLE.c.project_id == bindparam("of_project")
IS_TOLD = or_(not_(TABLE.c.is_hidden), TABLE.c.user_id == bindparam("of_user"))
"""What is true of servers that a user may know of, of those of a project of the user's."""
_OF_ANYBODY = Prepared(select(*COLUMNS).where(_IS_IT))
_OF_PROJECT = Prepared(select(*COLUMNS).where(_IS_IT, IS_OURS, IS_TOLD))


def seen(context: RequestContext, session: Session, server_id: str) -> Any:
    """Return the columns of a server that :func:`owned` would find, only to be read.

    Raises:
        NotFound: The caller has none of this id (any more).
    """
    if context.is_admin:
        row = _OF_ANYBODY.first(session, {"server": server_id})
    else:
        whose = {"of_project": context.project_id, "of_user": context.user_id}
        row = _OF_PROJECT.first(session, {"server": server_id, **whose})
    if row is None:
        noun = "server"
        raise NotFound(noun, server_id)
    return row


def told_to(context: RequestContext) -> ColumnElement[bool]:
    """Return what is true of servers that a caller may know of, of those of the caller's project."""
    if context.is_admin:
        return true()
    return or_(not_(ServerRow.is_hidden), ServerRow.user_id == context.user_id)


def is_told(context: RequestContext, row: ServerRow) -> bool:
    """Whether a caller may know of a server, if it is of the caller's project."""
    return context.is_admin or not row.is_hidden or row.user_id == context.user_id


def owned(
    context: RequestContext,
    session: Session,
    server_id: str,
    *,
    is_locked: bool = False,
    also_deleted: bool = False,
) -> ServerRow:
    """Return the row of a server that the caller may know of: any for an administrator.

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
        query = query.where(ServerRow.project_id == context.project_id, told_to(context))
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).first()
    if row is None:
        noun = "server"
        raise NotFound(noun, server_id)
    return row
