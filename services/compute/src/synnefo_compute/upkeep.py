# SPDX-License-Identifier: Apache-2.0
"""What administrators do to a server whose state is not what it should be."""

from __future__ import annotations

from synnefo_compute import actions, resizing, states
from synnefo_compute.rows import owned
from synnefo_core import underway
from synnefo_core.context import RequestContext

RESETTABLE = frozenset({states.ACTIVE, states.ERROR})


def reset_state(context: RequestContext, server_id: str, vm_state: str) -> None:
    """Show a server as active or in error, whatever it is.

    Its task is ended unless somebody works on it, who will end it. A resize that waits for a
    decision is taken as decided. What the cluster says of the server is written to it again at the
    next look.

    Raises:
        NotFound: There is none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, server_id, is_locked=True)
        row.vm_state, row.updated_at = vm_state, context.now()
        if not underway.subjects(session, [server_id]):
            row.task_state = states.NO_TASK
            with resizing.recharged(context, row):
                resizing.drop(row)
        actions.record(context, session, row, actions.RESET_STATE, is_done=True)
