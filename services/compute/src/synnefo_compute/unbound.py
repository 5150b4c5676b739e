# SPDX-License-Identifier: Apache-2.0
"""What becomes of a server when somebody takes a port away from it, or deletes the port."""

from __future__ import annotations

import logging

from synnefo_compute.reconcile import repairs
from synnefo_compute.reconcile.differences import Nics
from synnefo_core.context import RequestContext
from synnefo_core.contracts.driver import DriverError
from synnefo_core.outbox import Event, Subscription

log = logging.getLogger(__name__)


def unplug(context: RequestContext, event: Event) -> None:
    """Have the card taken away.

    If the cluster does not answer, or something is being done to the server, the next
    reconciliation does it.
    """
    server_id = event.payload["device_id"]
    try:
        repairs.repair(context, server_id, kinds={Nics.kind})
    except DriverError as cause:
        log.warning("card not unplugged", extra={"server": server_id, "problem": str(cause)})


SUBSCRIPTIONS = (Subscription("port.unbound", "compute.unplug", unplug),)
