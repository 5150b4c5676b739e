# SPDX-License-Identifier: Apache-2.0
"""What the sagas of servers have in common: rows, names in the cluster, jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_compute import actions, names, observed, states
from synnefo_compute.kinds import DELETE
from synnefo_compute.models import ServerRow
from synnefo_compute.rows import TABLE
from synnefo_core import sagas
from synnefo_core.contracts.compute import (
    BackendError,
    ComputeBackend,
    Instance,
    InstanceMissing,
    Job,
    JobMissing,
    JobState,
)
from synnefo_core.db.prepared import Prepared
from synnefo_core.sagas import Run, Wait

Answer = TypeVar("Answer")

POLL_S = (0.1, 0.2, 0.4, 0.8, 1.5)
"""How long to wait between looks at a job, growing; the last one repeats."""

_AT = "at"
_CLUSTER = Prepared(select(TABLE.c.backend_id).where(TABLE.c.id == bindparam("server")))


class JobFailed(BackendError):
    """The cluster did not do it."""


def instance_name(run: Run) -> str:
    """Return a server's name in its cluster."""
    return names.of_instance(run.context.cloud, run.subject_id)


def own_tag(run: Run) -> str:
    """Return the tag by which an instance in the cluster is known as ours."""
    return names.own_tag(run.subject_id)


def server(run: Run) -> ServerRow:
    """Return the server's row, read only."""
    with run.context.reading() as session:
        return session.get_one(ServerRow, run.subject_id)


def locked(run: Run, session: Session) -> ServerRow:
    """Return the server's row to be changed."""
    return session.get_one(ServerRow, run.subject_id, with_for_update=True)


def call(run: Run, do: Callable[[ComputeBackend], Answer]) -> Answer:
    """Make a call to the cluster of :func:`at`, or to the server's."""
    return synnefo_backends.call(run.context, backend_id(run), do)


def backend_id(run: Run) -> str:
    """Return the cluster of :func:`at`, or the server's."""
    if cluster := run.data.get(_AT):
        return str(cluster)
    with run.context.reading() as session:
        return str(_CLUSTER.all(session, {"server": run.subject_id})[0].backend_id)


def at(run: Run, cluster: str) -> Run:
    """Return a run of which all calls are made to one cluster, wherever the server's row says it is."""
    return replace(run, data={**run.data, _AT: cluster})


def find(run: Run) -> Instance | None:
    """Return the instance, or None when the cluster has none of this name."""
    try:
        return call(run, lambda backend: backend.inventory.instance(instance_name(run)))
    except InstanceMissing:
        return None


def node_of(run: Run, server_id: str) -> str:
    """Return the node of another server of the same cluster; empty while it is on none."""
    name = names.of_instance(run.context.cloud, server_id)
    try:
        return call(run, lambda backend: backend.inventory.instance(name)).node
    except InstanceMissing:
        return ""


def pending(run: Run) -> list[Job]:
    """Return the jobs about the instance that have not ended."""
    return call(run, lambda backend: backend.job_queue.pending(instance_name(run)))


def ended_job(run: Run, *, key: str = "job_id") -> Job | Wait | None:
    """Return the job of this saga once it has ended, None when the cluster forgot it."""
    job_id = run.data[key]
    try:
        job = call(run, lambda backend: backend.job_queue.job(job_id))
    except JobMissing:
        return None
    return job if job.state.is_final else waiting(run)


def waiting(run: Run) -> Wait:
    """Return how long to wait before the next look."""
    looks = run.data.get("looks", 0)
    return Wait(POLL_S[min(looks, len(POLL_S) - 1)], {"looks": looks + 1})


def require_success(job: Job) -> None:
    """Refuse to go on after a job that failed.

    Raises:
        JobFailed: With what the cluster said.
    """
    if job.state is not JobState.SUCCESS:
        raise JobFailed(job.error or f"the job {job.id} was {job.state.value}")


def begin_deletion(run: Run, session: Session) -> None:
    """Go on with a deletion that was asked for while another saga ran."""
    sagas.begin(run.context, session, DELETE, subject_id=run.subject_id)


def goes_on_deleting(run: Run, session: Session, row: ServerRow) -> bool:
    """Return whether this was given up for a deletion, which then goes on from here."""
    if row.task_state != states.DELETING:
        return False
    begin_deletion(run, session)
    actions.end(run, session)
    return True


def end(run: Run, session: Session, row: ServerRow) -> None:
    """Show that a task has ended after which the server is what it was, and why if it failed."""
    row.task_state, row.updated_at = states.NO_TASK, run.context.now()
    problem = "" if run.is_cancelled else run.error
    row.fault, row.fault_at = problem, run.context.now() if problem else 0.0
    actions.end(run, session)


def forget(run: Run, session: Session) -> None:
    """Give back all that a server held, and mark its row as deleted."""
    row = locked(run, session)
    if row.is_deleted:
        return
    observed.forget(run.context, row)
    actions.end(run, session)
