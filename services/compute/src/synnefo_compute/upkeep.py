# SPDX-License-Identifier: Apache-2.0
"""What administrators do to a server whose state, or network, is not what it should be."""

from __future__ import annotations

import logging

import synnefo_network
from synnefo_compute import actions, resizing, states
from synnefo_compute.reconcile import repairs
from synnefo_compute.reconcile.differences import Nics
from synnefo_compute.rows import owned
from synnefo_core import outbox, underway
from synnefo_core.context import RequestContext
from synnefo_core.contracts.driver import DriverError
from synnefo_core.outbox import Event, Subscription

log = logging.getLogger(__name__)

RESET = "server.network_reset"
"""The event that an administrator wants the network of a server set anew."""

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


def reset_network(context: RequestContext, server_id: str) -> None:
    """Have the network of a server set anew where it runs: its cards, and what its nodes know of them.

    Raises:
        NotFound: There is none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, server_id)
        actions.record(context, session, row, actions.RESET_NETWORK, is_done=True)
        outbox.emit(context, session, RESET, subject_id=server_id)


def set_network(context: RequestContext, event: Event) -> None:
    """Tell nodes once more what cards there are, and put right which ones the cluster has.

    If the cluster does not answer, or something is being done to the server, the next
    reconciliation looks at the cards.
    """
    synnefo_network.tell_anew(context, event.subject_id)
    try:
        repairs.repair(context, event.subject_id, kinds={Nics.kind})
    except DriverError as cause:
        log.warning("cards not seen", extra={"server": event.subject_id, "problem": str(cause)})


SUBSCRIPTIONS = (Subscription(RESET, "compute.set_network", set_network),)
