# SPDX-License-Identifier: Apache-2.0
"""Jobs that a person at a terminal waits for."""

from __future__ import annotations

from functools import partial

from synnefo_backends.connections import call
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import BackendError, ComputeBackend, Job, JobState

PATIENCE_S, LOOK_EVERY_S = 120.0, 0.2
"""How long a job is waited for, and how often it is looked at."""


def succeed(context: RequestContext, backend_id: str, job_id: str) -> None:
    """Wait until a job has ended well.

    Raises:
        DriverError: It failed or takes too long, or the cluster does not answer.
    """
    give_up = context.now() + PATIENCE_S
    while context.now() < give_up:
        job = call(context, backend_id, partial(_job, job_id))
        if job.state is JobState.SUCCESS:
            return
        if job.state.is_final:
            raise BackendError(job.error or f"the job {job_id} was {job.state.value}")
        context.cloud.clock.wait(LOOK_EVERY_S)
    msg = f"the job {job_id} has not ended after {PATIENCE_S:.0f} s"
    raise BackendError(msg)


def _job(job_id: str, backend: ComputeBackend) -> Job:
    return backend.job_queue.job(job_id)
