# SPDX-License-Identifier: Apache-2.0
"""Removing instances that are no server's, or no longer; only ever by hand."""

from __future__ import annotations

import logging
from functools import partial

import synnefo_backends
from synnefo_compute import names
from synnefo_compute.reconcile import recorded, repairs
from synnefo_compute.reconcile.differences import Double, Orphan
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend, InstanceMissing, PowerState

log = logging.getLogger(__name__)


def remove(context: RequestContext, backend_id: str, orphan: Orphan) -> bool:
    """Remove an instance that is tagged as ours and has no server; return whether it is gone.

    Raises:
        DriverError: The cluster did not answer, or refused, or takes too long.
    """
    if recorded.elsewhere(context, [orphan.server_id]):
        return False
    try:
        job_id = synnefo_backends.call(context, backend_id, partial(_delete, orphan))
    except InstanceMissing:
        return True
    if not job_id:
        return False
    log.warning("stray instance removed", extra={"instance": orphan.instance, "job": job_id})
    synnefo_backends.succeed(context, backend_id, job_id)
    return True


def _delete(orphan: Orphan, backend: ComputeBackend) -> str:
    """Have it removed if it still is what it was; return the job, or nothing."""
    instance = backend.inventory.instance(orphan.instance)
    if names.own_tag(orphan.server_id) not in instance.tags:
        return ""
    return backend.lifecycle.delete(orphan.instance)


def give_up(context: RequestContext, backend_id: str, double: Double) -> bool:
    """Have a cluster forget a second, stopped instance of a server, without its disks.

    They are the server's. Nothing is done unless the server has an instance where it is.

    Raises:
        DriverError: A cluster did not answer, or refused, or takes too long.
    """
    server = recorded.of_server(context, double.server_id)
    if server is None or server.is_busy or server.backend_id == backend_id:
        return False
    if repairs.find(context, server) is None:
        return False
    job_id = synnefo_backends.call(context, backend_id, partial(_give_up, double))
    if not job_id:
        return False
    log.warning("second instance given up", extra={"instance": double.instance, "job": job_id})
    synnefo_backends.succeed(context, backend_id, job_id)
    return True


def _give_up(double: Double, backend: ComputeBackend) -> str:
    instance = backend.inventory.instance(double.instance)
    is_idle = instance.power in (PowerState.STOPPED, PowerState.CRASHED)
    if not (is_idle and backend.movable):
        return ""
    return backend.movable.give_up(double.instance)
