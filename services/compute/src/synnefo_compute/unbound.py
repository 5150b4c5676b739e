# SPDX-License-Identifier: Apache-2.0
"""What becomes of a server when somebody takes a port or a volume away from it, or deletes the port."""

from __future__ import annotations

import logging

from synnefo_compute import growing, root_disks, volumes
from synnefo_compute.reconcile import repairs
from synnefo_compute.reconcile.differences import Nics, Volumes
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


def detach(context: RequestContext, event: Event) -> None:
    """Have the disk taken away of which the attachment has ended, as with cards.

    Raises:
        StorageUnavailable: The guest started from it, and what it was told can't be removed now.
    """
    volume_id, attachment_id = event.payload["volume_id"], event.payload["attachment_id"]
    with context.reading() as session:
        found = volumes.find(session, volume_id)
    if found is None or found.attachment_id != attachment_id:
        return
    root_disks.remove_seed_beside(context, found)
    with context.unit_of_work() as session:
        volumes.remove(session, found.server_id, volume_id)
    try:
        repairs.repair(context, found.server_id, kinds={Volumes.kind})
    except DriverError as cause:
        log.warning("volume not detached", extra={"server": found.server_id, "problem": str(cause)})


SUBSCRIPTIONS = (
    Subscription("port.unbound", "compute.unplug", unplug),
    Subscription("volume.unbound", "compute.detach", detach),
    Subscription("volume.grown", "compute.tell_size", growing.tell),
    Subscription(growing.OUTGROWN, "compute.tell_size_again", growing.tell),
)
