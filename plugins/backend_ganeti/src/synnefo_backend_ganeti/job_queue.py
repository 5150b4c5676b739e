# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from synnefo_backend_ganeti import translation
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient, queries
from synnefo_backend_ganeti.rapi.jobs import UNFINISHED
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, Job, JobMissing, Jobs


class GanetiJobs(Jobs):
    """Follow Ganeti's jobs by asking for many in one query, never by waiting for one."""

    def __init__(self, client: RapiClient) -> None:
        self._client = client

    def job(self, job_id: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Job:
        if not job_id.isdecimal():
            raise JobMissing(f"{job_id!r} is no job of Ganeti's")
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return translation.job(self._client.job(int(job_id), deadline=deadline))

    def jobs(
        self, job_ids: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Job]:
        numbers = sorted({int(job_id) for job_id in job_ids if job_id.isdecimal()})
        if not numbers:
            return {}
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            found = self._client.jobs_by_id(numbers, deadline=deadline)
        return {str(job.id): translation.job(job) for job in found}

    def cancel(self, job_id: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> bool:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return job_id.isdecimal() and self._client.cancel_job(int(job_id), deadline=deadline)

    def pending(self, instance: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[Job]:
        deadline = time.monotonic() + timeout_s
        unfinished = queries.any_of(queries.equal("status", s.value) for s in UNFINISHED)
        with in_contract_words():
            found = self._client.jobs(unfinished, deadline=deadline)
        # Ganeti's filters do not reach into what a job is asked to do.
        about = [job for job in found if any(step.instance == instance for step in job.operations)]
        return [translation.job(job) for job in sorted(about, key=lambda job: job.id)]
