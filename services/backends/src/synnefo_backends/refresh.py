# SPDX-License-Identifier: Apache-2.0
"""Asking clusters how large they are and what they can do."""

from __future__ import annotations

import logging

from synnefo_backends.connections import LeftAlone, call
from synnefo_backends.models import BackendRow
from synnefo_backends.registry import Backend, find, listing, note_problem
from synnefo_core import abreast
from synnefo_core.context import RequestContext
from synnefo_core.contracts.driver import DriverError

log = logging.getLogger(__name__)

TASK, EVERY_S = "backends.refresh", 5.0
"""The task that asks the clusters whose turn has come, and how often it does."""
AGE_S = 60.0
"""After so long a cluster is asked again; one that could not be reached is asked each time."""
LATE_S = 60.0
"""When the task is so late, no worker is up."""


def refresh(context: RequestContext, name: str) -> Backend:
    """Ask a cluster and write down what it says.

    Raises:
        DriverError: It did not answer, or not sensibly; that is written down too.
    """
    backend = find(context, name)
    try:
        capacity = call(context, backend.id, lambda driver: driver.inventory.capacity())
        capabilities = call(context, backend.id, lambda driver: driver.capabilities())
    except LeftAlone:
        raise  # what is wrong has been written down, in better words
    except DriverError as cause:
        note_problem(context, backend.id, str(cause))
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


def refresh_due(context: RequestContext) -> None:
    """Ask the clusters whose turn has come, side by side; those that are offline have none."""
    asked_before = context.now() - AGE_S
    due = [
        backend
        for backend in listing(context)
        if not backend.is_offline and (backend.problem or backend.refreshed_at <= asked_before)
    ]
    abreast.each(
        lambda backend: _refresh_or_say(context, backend), due, name=TASK, patience_s=EVERY_S
    )


def _refresh_or_say(context: RequestContext, backend: Backend) -> None:
    try:
        refresh(context, backend.id)
    except LeftAlone:
        return
    except DriverError as cause:
        log.warning("cluster not refreshed", extra={"backend": backend.name, "problem": str(cause)})
