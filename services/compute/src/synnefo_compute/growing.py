# SPDX-License-Identifier: Apache-2.0
"""Telling clusters of volumes that have grown; what a guest sees of that is the hypervisor's affair."""

from __future__ import annotations

import logging

import synnefo_backends
import synnefo_volume
from synnefo_compute import names, volumes
from synnefo_compute.models import ServerRow
from synnefo_compute.servers import GIB_MIB
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend
from synnefo_core.contracts.driver import DriverError, Unavailable
from synnefo_core.outbox import Event

log = logging.getLogger(__name__)

OUTGROWN = "server.volume_outgrown"
"""The event that reconciliation has found a volume that is larger than its disk."""


def tell(context: RequestContext, event: Event) -> None:
    """Tell the cluster of the size of a server's volume.

    What it refuses, reconciliation has it told again.

    Raises:
        Unavailable: It can't be reached now.
    """
    with context.reading() as session:
        found = volumes.find(session, event.subject_id)
        if found is None or found.is_awaited:
            return
        backend_id = session.get_one(ServerRow, found.server_id).backend_id
        size_gib = synnefo_volume.sizes_of(context, [found.volume_id]).get(found.volume_id, 0)
    name = names.of_instance(context.cloud, found.server_id)
    disk = names.of_attachment(found.attachment_id)

    def tell_size(backend: ComputeBackend) -> None:
        if backend.volumes is not None:
            backend.volumes.tell_size(name, disk, size_mib=size_gib * GIB_MIB)

    try:
        synnefo_backends.call(context, backend_id, tell_size)
    except Unavailable:
        raise
    except DriverError as cause:
        log.warning("size not told", extra={"server": found.server_id, "problem": str(cause)})
