# SPDX-License-Identifier: Apache-2.0
"""Start, stop or reboot a server.

There is nothing to undo: what a failed action left is looked at and shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from synnefo_compute import actions, observed, states
from synnefo_compute.kinds import ACT
from synnefo_compute.sagas import instances
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.contracts.compute import Lifecycle, PowerState
from synnefo_core.sagas import Run, Saga, Step, Wait

SUBMIT: dict[str, Callable[[Lifecycle, str, int | None], str]] = {
    states.STARTING: lambda lifecycle, name, _: lifecycle.start(name),
    states.STOPPING: lambda lifecycle, name, grace_s: lifecycle.stop(name, grace_s=grace_s),
    states.REBOOTING: lambda lifecycle, name, _: lifecycle.reboot(name),
    states.REBOOTING_HARD: lambda lifecycle, name, _: lifecycle.reboot(name, is_hard=True),
}
"""The call to the cluster, by task; the number is the time that a guest is left."""


def submit(run: Run) -> dict[str, Any]:
    """Have the cluster do it; a job that is under way already is followed instead."""
    earlier = instances.pending(run)
    if earlier:
        return {"job_id": earlier[-1].id}
    do, name = SUBMIT[run.data["task"]], instances.instance_name(run)
    grace_s = run.data.get("grace_s")
    return {"job_id": instances.call(run, lambda backend: do(backend.lifecycle, name, grace_s))}


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
