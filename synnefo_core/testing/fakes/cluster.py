# SPDX-License-Identifier: Apache-2.0
"""What a cluster in memory remembers: its instances, and its jobs, which run at once."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from synnefo_core.contracts.compute import (
    BackendBusy,
    BackendUnavailable,
    Instance,
    Job,
    JobState,
)


@dataclass(frozen=True)
class Failure:
    """How the next job shall fail."""

    error: str
    is_transient: bool


@dataclass
class World:
    """What the facets share. Whoever touches it holds the lock."""

    vcpus: int
    ram_mib: int
    disk_mib: int
    lock: threading.RLock = field(default_factory=threading.RLock)
    instances: dict[str, Instance] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    waiting: dict[str, Callable[[], None]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    is_held: bool = False
    is_drained: bool = False
    is_unreachable: bool = False

    def answer(self) -> None:
        """Refuse to, if the cluster is cut off."""
        if self.is_unreachable:
            raise BackendUnavailable("the cluster can't be reached")

    def submit(self, operation: str, instance: str, effect: Callable[[], None]) -> str:
        """Take a job in, and run it unless jobs are held."""
        with self.lock:
            self.answer()
            if self.is_drained:
                raise BackendBusy("the job queue is drained")
            job = Job(str(next(self.ids)), JobState.QUEUED, operation, instance)
            self.jobs[job.id] = job
            self.waiting[job.id] = effect
            if not self.is_held:
                self.run(job.id)
            return job.id

    def run(self, job_id: str) -> None:
        """Run a job to its end."""
        effect = self.waiting.pop(job_id)
        try:
            if self.failures:
                failure = self.failures.pop(0)
                raise JobFailed(failure.error, is_transient=failure.is_transient)
            effect()
        except JobFailed as failed:
            self.end(
                job_id,
                JobState.ERROR,
                error=str(failed),
                is_transient=failed.is_transient,
                already_exists=failed.already_exists,
            )
        else:
            self.end(job_id, JobState.SUCCESS)

    def end(
        self,
        job_id: str,
        state: JobState,
        *,
        error: str = "",
        is_transient: bool = False,
        already_exists: bool = False,
    ) -> None:
        """Write down how a job ended."""
        self.jobs[job_id] = replace(
            self.jobs[job_id],
            state=state,
            error=error,
            is_transient=is_transient,
            already_exists=already_exists,
            ended_at=time.time(),
        )

    def used_mib(self) -> tuple[int, int]:
        """Return the memory and the disk space that the instances take."""
        kept = self.instances.values()
        return (
            sum(instance.ram_mib for instance in kept),
            sum(disk.size_mib for instance in kept for disk in instance.disks),
        )


class JobFailed(Exception):
    def __init__(
        self, message: str, *, is_transient: bool = False, already_exists: bool = False
    ) -> None:
        super().__init__(message)
        self.is_transient = is_transient
        self.already_exists = already_exists
