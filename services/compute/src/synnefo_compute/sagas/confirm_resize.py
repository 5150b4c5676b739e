# SPDX-License-Identifier: Apache-2.0
"""Let the disk of a resized server grow, and forget its old size.

There is nothing to undo: a disk that has grown stays so, and the next confirmation finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from synnefo_compute import actions, observed, resizing, states
from synnefo_compute.kinds import CONFIRM
from synnefo_compute.sagas import instances, root_disk, towards
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.contracts.compute import ComputeBackend, Instance
from synnefo_core.sagas import Run, Saga, Step, Wait


def grow(run: Run) -> Mapping[str, Any] | Wait:
    """Have the first disk grow, if it is smaller than it is to be."""
    size_mib = run.data["disk_mib"]
    if not run.data.get("job_id"):
        wait = root_disk.grow(run, size_mib=size_mib)
        if wait is not None:
            return wait

    def submit(backend: ComputeBackend, name: str) -> str:
        if backend.reshape is None:
            msg = "the cluster does not change instances"
            raise JobFailed(msg)
        return backend.reshape.grow_disk(name, disk=0, size_mib=size_mib)

    return towards.forward(run, lambda found: _is_grown(found, size_mib), submit)


def _is_grown(instance: Instance, size_mib: int) -> bool:
    return not size_mib or (bool(instance.disks) and instance.disks[0].size_mib >= size_mib)


def succeed(run: Run, session: Session) -> None:
    """Show the server with the new flavor only."""
    row = instances.locked(run, session)
    with resizing.recharged(run.context, row):
        row.disk_gib = max(row.disk_gib, row.held_disk_gib)
        resizing.drop(row)
    observed.settle(run.context, row, is_running=run.data["is_up"], is_forced=True)
    row.node = run.data["node"]
    row.fault, row.fault_at = "", 0.0
    actions.end(run, session)


def fail(run: Run, session: Session) -> None:
    """Leave the decision open, and say why; a deletion goes on from here."""
    root_disk.let_go(run)
    row = instances.locked(run, session)
    if instances.goes_on_deleting(run, session, row):
        return
    row.task_state, row.updated_at = states.NO_TASK, run.context.now()
    row.fault, row.fault_at = run.error, run.context.now()
    actions.end(run, session)


SAGA = recorded(Saga(CONFIRM, [Step("grow", grow)], succeed=succeed, fail=fail))
