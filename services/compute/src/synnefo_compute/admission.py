# SPDX-License-Identifier: Apache-2.0
"""Whether an action may begin now."""

from __future__ import annotations

from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_compute import actions, locks, states
from synnefo_compute.models import ServerRow
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict


def admitted(
    context: RequestContext, session: Session, server_id: str, transition: states.Transition
) -> ServerRow:
    """Lock the row of a server that may do this now.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, in another state, or something is being done to it.
        Conflict: It was never made.
        Unavailable: Its cluster can't be reached now.
    """
    row = owned(context, session, server_id, is_locked=True)
    if transition.only_looks:
        locks.require_not_suspended(context, row)
    else:
        locks.require_unlocked(context, row, transition.action)
    states.check(transition, vm_state=row.vm_state, task_state=row.task_state)
    if not row.launched_at:
        msg = "the server was never made; it can only be deleted"
        raise Conflict(msg)
    synnefo_backends.require_reachable(context, row.backend_id)
    return row


def begin(
    context: RequestContext, session: Session, row: ServerRow, transition: states.Transition
) -> None:
    """Show that it is being done, and write down who asked for it."""
    row.task_state, row.updated_at = transition.task, context.now()
    actions.record(context, session, row, transition.action)
