# SPDX-License-Identifier: Apache-2.0
"""Write the disk of a server anew.

There is no way back: a server whose disk was half written is in error, until it is rebuilt again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from synnefo_compute import actions, observed
from synnefo_compute.first_boot import keeping, volume
from synnefo_compute.kinds import REBUILD
from synnefo_compute.sagas import instances, root_disk, towards
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.contracts.compute import ComputeBackend, Reshape
from synnefo_core.sagas import Run, Saga, Step, Wait

REINSTALL = "reinstall"
"""What the job is called."""


def tell(run: Run) -> Mapping[str, Any] | Wait | None:
    """Hand over what the guest is told at its first boot, and wait until the cluster has it.

    Handing it over twice is no error, so what a worker that died has submitted is not looked for.
    """
    if not run.data.get("seed_job_id"):
        return _hand_seed(run)
    job = instances.ended_job(run, key="seed_job_id")
    if isinstance(job, Wait):
        return job
    if job is not None:
        instances.require_success(job)
    return {"looks": 0}


def _hand_seed(run: Run) -> Wait | None:
    if instances.pending(run):
        return instances.waiting(run)
    name = instances.instance_name(run)
    seed = volume.of_server(run.context, instances.server(run))

    def submit(backend: ComputeBackend) -> str | None:
        return _reshape(backend).hand_seed(name, seed)

    job_id = instances.call(run, submit)
    return None if job_id is None else Wait(instances.POLL_S[0], {"seed_job_id": job_id})


def _reshape(backend: ComputeBackend) -> Reshape:
    if backend.reshape is None:
        msg = "the cluster does not rebuild instances"
        raise JobFailed(msg)
    return backend.reshape


def write(run: Run) -> Mapping[str, Any] | Wait | None:
    """Have the cluster do it, and wait; a job that is under way already is followed instead."""
    if run.data.get("job_id"):
        job = instances.ended_job(run)
        if isinstance(job, Wait):
            return job
        if job is not None:
            instances.require_success(job)
        return None
    earlier = instances.pending(run)
    if earlier and earlier[-1].operation == REINSTALL:
        return Wait(0.0, {"job_id": earlier[-1].id})
    if earlier:
        return instances.waiting(run)
    name, is_started = instances.instance_name(run), run.data["is_running"]

    def submit(backend: ComputeBackend) -> str:
        return _reshape(backend).reinstall(name, is_started=is_started)

    return Wait(instances.POLL_S[0], {"job_id": instances.call(run, submit), "looks": 0})


def look(run: Run) -> dict[str, Any]:
    """Look at what it came to."""
    instance = instances.find(run)
    if instance is None:
        msg = "the cluster has no such instance"
        raise JobFailed(msg)
    return towards.seen(run, instance)


def succeed(run: Run, session: Session) -> None:
    """Show the server as it is."""
    row = instances.locked(run, session)
    observed.settle(run.context, row, is_running=run.data["is_up"], is_forced=True)
    row.node = run.data["node"]
    row.launched_at = row.updated_at
    root_disk.let_go(run)
    row.fault, row.fault_at = "", 0.0
    keeping.forget_secrets(session, row.id)
    actions.end(run, session)


def fail(run: Run, session: Session) -> None:
    """Show the server in error, or as it was if nothing had begun; a deletion goes on from here."""
    root_disk.let_go(run)
    row = instances.locked(run, session)
    if instances.goes_on_deleting(run, session, row):
        return
    observed.fail(run.context, row, run.error)
    if not run.data.get("job_id") and not run.data.get("is_rewriting"):
        row.vm_state = run.data["from"]
    keeping.forget_secrets(session, row.id)
    actions.end(run, session)


SAGA = recorded(
    Saga(
        REBUILD,
        [
            Step("tell", tell),
            Step("disk", root_disk.rewrite),
            Step("write", write),
            Step("look", look),
        ],
        succeed,
        fail,
    )
)
