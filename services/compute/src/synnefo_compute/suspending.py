# SPDX-License-Identifier: Apache-2.0
"""Suspend servers: their projects see them, pay for them and can do nothing to them (CYC-038).

A suspended server is shown as locked, with the operator's reason. It is stopped, and stays as it is
when its suspension ends: its owner starts it. A lock that it had is forgotten.
"""

from __future__ import annotations

from sqlalchemy import select

import synnefo_network
from synnefo_compute import actions, locks, servers, states
from synnefo_compute.models import ServerRow
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Unavailable


def suspend_server(context: RequestContext, server_id: str, *, because: str = "") -> str:
    """Suspend a server and have it stopped if it runs; twice is not an error.

    Returns:
        Why it can't be stopped now, as one sentence; empty if it is, or will be. Suspend it again
        to stop it later.

    Raises:
        NotFound: There is none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, server_id, is_locked=True)
        row.locked_by, row.locked_reason = locks.SUSPENDED, because
        row.updated_at = context.now()
        synnefo_network.withhold(context, device_id=row.id, is_withheld=True)
        actions.record(context, session, row, actions.SUSPEND, is_done=True)
        is_running, is_stopping = row.is_active_charged, row.task_state == states.STOPPING
    if not is_running or is_stopping:
        return ""
    try:
        servers.stop_server(context, server_id)
    except (Conflict, Unavailable) as cause:
        return str(cause)
    return ""


def resume_server(context: RequestContext, server_id: str) -> None:
    """End the suspension of a server; one that is not suspended stays as it is.

    Raises:
        NotFound: There is none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, server_id, is_locked=True)
        if row.locked_by != locks.SUSPENDED:
            return
        row.locked_by, row.locked_reason = locks.UNLOCKED, ""
        row.updated_at = context.now()
        synnefo_network.withhold(context, device_id=row.id, is_withheld=False)
        actions.record(context, session, row, actions.RESUME, is_done=True)


def servers_of(context: RequestContext, *, project_id: str = "", user_id: str = "") -> list[str]:
    """Return the ids of the servers of a project, of a user, or of both; the oldest first."""
    query = select(ServerRow.id).where(ServerRow.is_deleted.is_(False))
    if project_id:
        query = query.where(ServerRow.project_id == project_id)
    if user_id:
        query = query.where(ServerRow.user_id == user_id)
    with context.reading() as session:
        return list(session.scalars(query.order_by(ServerRow.created_at, ServerRow.id)))
