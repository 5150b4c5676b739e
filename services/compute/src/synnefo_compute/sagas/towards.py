# SPDX-License-Identifier: Apache-2.0
"""One move towards what an instance is to be: look, and submit a job when it is not that yet.

What counts is what the instance is, not what was submitted, so a worker that died anywhere is made
good by looking again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synnefo_compute import states
from synnefo_compute.sagas import instances
from synnefo_compute.sagas.instances import JobFailed
from synnefo_core.contracts.compute import ComputeBackend, Instance, PowerState
from synnefo_core.sagas import Run, Wait

Goal = Callable[[Instance], bool]
Submit = Callable[[ComputeBackend, str], str]

TRIES = 3
"""So many jobs are submitted to undo a step; what they could not do stays undone."""


def is_running(instance: Instance) -> bool:
    return instance.power is PowerState.RUNNING


def is_halted(instance: Instance) -> bool:
    return instance.power in (PowerState.STOPPED, PowerState.CRASHED)


def seen(run: Run, instance: Instance) -> dict[str, Any]:
    """Return what a saga remembers of an instance: where it is, and whether it is up.

    Of what is on a node that does not answer nobody knows: it is taken to be as it was.
    """
    is_unknown = instance.power is PowerState.UNKNOWN
    is_up = run.data["is_running"] if is_unknown else is_running(instance)
    return {"node": instance.node, "is_up": is_up}


def start(backend: ComputeBackend, name: str) -> str:
    return backend.lifecycle.start(name)


def stop(backend: ComputeBackend, name: str) -> str:
    return backend.lifecycle.stop(name)


def forward(run: Run, goal: Goal, submit: Submit) -> Mapping[str, Any] | Wait:
    """Make one move; return how long to wait, or what the saga is to remember once it is there.

    Raises:
        JobFailed: The cluster could not do it, or has no such instance.
    """
    job_id = run.data.get("job_id")
    job = instances.ended_job(run) if job_id else None
    if isinstance(job, Wait):
        return job
    if job is not None:
        instances.require_success(job)
    elif instances.pending(run):
        return instances.waiting(run)
    instance = require(run)
    if goal(instance):
        return {"job_id": "", "looks": 0, **seen(run, instance)}
    if job is not None:
        msg = f"the job {job.id} ended well but did not do it"
        raise JobFailed(msg)
    name = instance.name
    submitted = instances.call(run, lambda backend: submit(backend, name))
    return Wait(instances.POLL_S[0], {"job_id": submitted, "looks": 0})


def require(run: Run) -> Instance:
    """Return the instance.

    Raises:
        JobFailed: The cluster has none of this name.
    """
    instance = instances.find(run)
    if instance is None:
        msg = "the cluster has no such instance"
        raise JobFailed(msg)
    return instance


def back(run: Run, step: str, goal: Goal, submit: Submit) -> Wait | None:
    """Make one move of an undo; return how long to wait, or None once no more can be done."""
    if is_given_up(run):
        return None
    if instances.pending(run):
        return instances.waiting(run)
    instance = instances.find(run)
    tries = f"{step}_tries"
    tried = run.data.get(tries, 0)
    if instance is None or goal(instance) or tried == TRIES:
        return None
    name = instance.name
    instances.call(run, lambda backend: submit(backend, name))
    return Wait(instances.POLL_S[0], {tries: tried + 1, "looks": 0})


def is_given_up(run: Run) -> bool:
    """Return whether the server's owner wants it deleted: then nothing of it is put right."""
    return instances.server(run).task_state == states.DELETING
