# SPDX-License-Identifier: Apache-2.0
"""Start, stop, reboot or move a server.

There is nothing to undo: what a failed action left is looked at and shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from synnefo_compute import actions, observed, states
from synnefo_compute.kinds import ACT
from synnefo_compute.sagas import instances
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.contracts.compute import ComputeBackend, PowerState
from synnefo_core.sagas import Run, Saga, Step, Wait

Submit = Callable[[ComputeBackend, str, Mapping[str, Any]], str]


def _migrate(backend: ComputeBackend, name: str, data: Mapping[str, Any]) -> str:
    if backend.migration is None:
        msg = "the cluster does not move instances"
        raise JobFailed(msg)
    # What was asked for by an older release is live.
    is_live = data.get("is_live", True)
    move = backend.migration.migrate if is_live else backend.migration.failover
    return move(name, node=data["node"])


SUBMIT: dict[str, Submit] = {
    states.STARTING: lambda backend, name, _: backend.lifecycle.start(name),
    states.STOPPING: lambda backend, name, data: backend.lifecycle.stop(
        name, grace_s=data.get("grace_s")
    ),
    states.REBOOTING: lambda backend, name, _: backend.lifecycle.reboot(name),
    states.REBOOTING_HARD: lambda backend, name, _: backend.lifecycle.reboot(name, is_hard=True),
    states.MIGRATING: _migrate,
}
"""The call to the cluster, by task, with what was asked for."""


def submit(run: Run) -> dict[str, Any]:
    """Have the cluster do it; a job that is under way already is followed instead."""
    earlier = instances.pending(run)
    if earlier:
        return {"job_id": earlier[-1].id}
    do, name = SUBMIT[run.data["task"]], instances.instance_name(run)
    return {"job_id": instances.call(run, lambda backend: do(backend, name, run.data))}


def follow(run: Run) -> Wait | None:
    """Wait for the job."""
    job = instances.ended_job(run)
    if isinstance(job, Wait):
        return job
    if job is not None:
        instances.require_success(job)
    return None


def confirm(run: Run) -> dict[str, Any]:
    """Look at what it came to."""
    instance = instances.find(run)
    if instance is None:
        msg = "the cluster has no such instance"
        raise JobFailed(msg)
    return {"power": instance.power.value, "node": instance.node}


def succeed(run: Run, session: Session) -> None:
    """Show the server as it is and charge for it accordingly."""
    row = instances.locked(run, session)
    observed.settle(run.context, row, is_running=_is_running(run))
    row.node = run.data["node"]
    row.fault, row.fault_at = "", 0.0
    actions.end(run, session)


def _is_running(run: Run) -> bool:
    """Return whether it runs; where its node has not said so, what the job's success means."""
    power = PowerState(run.data["power"])
    if power is PowerState.UNKNOWN and run.data["task"] == states.MIGRATING:
        return bool(run.data["was_charged"])
    if power is PowerState.UNKNOWN:
        return bool(run.data["task"] != states.STOPPING)
    return power is PowerState.RUNNING


def fail(run: Run, session: Session) -> None:
    """Show the server as it was, with the reason; a deletion goes on from here."""
    row = instances.locked(run, session)
    if instances.goes_on_deleting(run, session, row):
        return
    observed.settle(run.context, row, is_running=run.data["was_charged"])
    row.vm_state = run.data["from"]
    row.fault, row.fault_at = run.error, run.context.now()
    actions.end(run, session)


SAGA = recorded(
    Saga(
        ACT,
        [Step("submit", submit), Step("follow", follow), Step("confirm", confirm)],
        succeed=succeed,
        fail=fail,
    )
)
