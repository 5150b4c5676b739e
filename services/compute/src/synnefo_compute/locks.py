# SPDX-License-Identifier: Apache-2.0
"""Lock a server against mistakes: its project can't act on it until it is unlocked.

Nova's rules: a lock stops actions, changes of metadata and deletion, but not a new name; it
never stops an administrator. Whoever locks a server of the own project does so as its owner,
an administrator of the cloud included.

A suspension (:mod:`synnefo_compute.suspending`) is a lock that forbids everything, and that only
an operator takes away.
"""

from __future__ import annotations

from synnefo_compute import actions, policies
from synnefo_compute.models import ServerRow
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, InvalidState

UNLOCKED = ""
OWNER = "owner"
"""Somebody of the server's project has locked it, and anyone of it may unlock it."""
ADMIN = "admin"
"""An administrator has locked it, and only an administrator unlocks it."""
SUSPENDED = "suspension"
"""An operator has suspended it: its project can do nothing to it but look."""

_TOLD = "the server is suspended by the operators of this cloud"


def lock(context: RequestContext, server_id: str, *, reason: str = "") -> None:
    """Lock a server; twice is not an error, and leaves an administrator's lock as it is.

    Raises:
        NotFound: The caller has none of this id.
        Forbidden: It is suspended.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, server_id, is_locked=True)
        require_not_suspended(context, row)
        role = _role(context, row)
        if row.locked_by == UNLOCKED or (role == ADMIN and row.locked_by != SUSPENDED):
            row.locked_by, row.updated_at = role, context.now()
            row.locked_reason = reason
        actions.record(context, session, row, actions.LOCK, is_done=True)


def unlock(context: RequestContext, server_id: str) -> None:
    """Unlock a server; one that is not locked stays so.

    Raises:
        NotFound: The caller has none of this id.
        Forbidden: An administrator has locked it, or it is suspended, even for administrators.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, server_id, is_locked=True)
        if row.locked_by == SUSPENDED:
            msg = "the server is suspended; synnefo server modify --no-suspended ends that"
            raise Forbidden(msg if context.is_admin else _TOLD)
        if row.locked_by not in (UNLOCKED, _role(context, row)):
            context.cloud.policy.require(context, policies.OVERRIDE_LOCK)
        row.locked_by, row.locked_reason, row.updated_at = UNLOCKED, "", context.now()
        actions.record(context, session, row, actions.UNLOCK, is_done=True)


def require_unlocked(context: RequestContext, row: ServerRow, action: str) -> None:
    """Refuse what a lock forbids.

    Raises:
        InvalidState: The server is locked, and the caller no administrator.
        Forbidden: It is suspended likewise.
    """
    require_not_suspended(context, row)
    if row.locked_by != UNLOCKED and not context.is_admin:
        noun, state = "server", "locked"
        raise InvalidState(noun, state, action)


def require_not_suspended(context: RequestContext, row: ServerRow) -> None:
    """Refuse what the project of a suspended server would do to it.

    Raises:
        Forbidden: It is suspended, and the caller no administrator.
    """
    if row.locked_by == SUSPENDED and not context.is_admin:
        raise Forbidden(_TOLD)


def _role(context: RequestContext, row: ServerRow) -> str:
    return OWNER if row.project_id == context.project_id else ADMIN
