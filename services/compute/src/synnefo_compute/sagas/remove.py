# SPDX-License-Identifier: Apache-2.0
"""Remove an instance from its cluster, whatever was being done to it.

Used as the undo of a creation and as the work of a deletion: it may be called at any
moment, any number of times, and has ended when nothing of ours is left. A disk of the server's own
goes last, so that nothing makes or uses it any more.
"""

from __future__ import annotations

import logging
from functools import partial

import synnefo_volume
from synnefo_compute import root_disks
from synnefo_compute.sagas import instances
from synnefo_core.contracts.compute import ComputeBackend, InstanceMissing, Job
from synnefo_core.sagas import Run, Wait

log = logging.getLogger(__name__)


def until_gone(run: Run) -> Wait | None:
    """Make one move towards "gone"; return how long to wait, or None when it is."""
    jobs = instances.pending(run)
    if jobs:
        # A creation that is still queued is taken back; what has begun must end first,
        # or it would make an instance that nobody knows of.
        _take_back(run, jobs)
        return instances.waiting(run)
    instance = instances.find(run)
    if instance is None:
        root_disks.remove_seed(run.context, run.subject_id)
        return synnefo_volume.remove_own_disk(run)
    if instances.own_tag(run) not in instance.tags:
        log.error(
            "an instance that is not ours has the name of a server",
            extra={"instance": instance.name, "server": run.subject_id},
        )
        return synnefo_volume.remove_own_disk(run)
    name = instance.name
    try:
        instances.call(run, lambda backend: backend.lifecycle.delete(name))
    except InstanceMissing:
        return Wait(0.0)
    return instances.waiting(run)


def _take_back(run: Run, jobs: list[Job]) -> None:
    for job in jobs:
        if job.operation != "delete":
            instances.call(run, partial(_cancel, job.id))


def _cancel(job_id: str, backend: ComputeBackend) -> bool:
    return backend.job_queue.cancel(job_id)
