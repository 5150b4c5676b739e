# SPDX-License-Identifier: Apache-2.0
"""Asking clusters how large they are and what they can do."""

from __future__ import annotations

import logging

from synnefo_backends.connections import call
from synnefo_backends.models import BackendRow
from synnefo_backends.registry import Backend, find, listing
from synnefo_core.context import RequestContext
from synnefo_core.contracts.driver import DriverError

log = logging.getLogger(__name__)

TASK, EVERY_S = "backends.refresh", 60.0
"""The task that asks every cluster, and how often it does."""


def refresh(context: RequestContext, name: str) -> Backend:
    """Ask a cluster and write down what it says.

    Raises:
        DriverError: It did not answer, or not sensibly; that is written down too.
    """
    backend = find(context, name)
    try:
        capacity = call(context, backend.id, lambda driver: driver.inventory.capacity())
        capabilities = call(context, backend.id, lambda driver: driver.capabilities())
    except DriverError as cause:
        _write(context, backend.id, {"problem": str(cause)})
        raise
    _write(
        context,
        backend.id,
        {
            "nodes": capacity.nodes,
            "vcpus": capacity.vcpus,
            "ram_mib": capacity.ram_mib,
            "disk_mib": capacity.disk_mib,
            "disk_templates": list(capabilities.disk_templates),
            "refreshed_at": context.now(),
            "problem": "",
        },
    )
    return find(context, backend.id)


def _write(context: RequestContext, backend_id: str, values: dict[str, object]) -> None:
    with context.unit_of_work() as session:
        row = session.get(BackendRow, backend_id)
        if row is not None:
            for name, value in values.items():
                setattr(row, name, value)


def refresh_all(context: RequestContext) -> None:
    """Ask every cluster that is not offline; one that fails does not keep the others."""
    for backend in listing(context):
        if backend.is_offline:
            continue
        try:
            refresh(context, backend.id)
        except DriverError as cause:
            log.warning(
                "cluster not refreshed", extra={"backend": backend.name, "problem": str(cause)}
            )
