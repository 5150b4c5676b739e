# SPDX-License-Identifier: Apache-2.0
"""Follow jobs: the contract's facet ``Jobs``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from synnefo_backend_sim import simulation
from synnefo_backend_sim.clusterfile import Turn
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_backend_sim.operations import NETWORK
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, Job, JobMissing, Jobs, JobState

_REMEMBERED = """
    SELECT * FROM job
    WHERE id IN (SELECT value FROM json_each(?))
    AND (ended_at IS NULL OR ended_at >= ? - (SELECT archive_after_s FROM cluster))
"""


@dataclass(frozen=True)
class SimJobs(Jobs):
    """Jobs as their rows say."""

    door: FrontDoor

    def job(self, job_id: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Job:
        found = self.jobs([job_id], timeout_s=timeout_s)
        if job_id not in found:
            raise JobMissing(f"job {job_id} not found in queue")
        return found[job_id]

    def jobs(
        self, job_ids: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Job]:
        numbers = json.dumps([int(job_id) for job_id in job_ids if _is_ours(job_id)])

        def seen(turn: Turn) -> dict[str, Job]:
            rows = turn.db.execute(_REMEMBERED, (numbers, turn.now))
            return {str(row["id"]): _shown(row) for row in rows}

        return self.door.ask(seen, timeout_s=timeout_s)

    def cancel(self, job_id: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> bool:
        if not _is_ours(job_id):
            return False

        def canceled(turn: Turn) -> bool:
            job = turn.db.execute(
                "SELECT * FROM job WHERE id = ? AND state = 'queued'", (int(job_id),)
            ).fetchone()
            if job is None:
                return False
            simulation.end(turn.db, job, JobState.CANCELED.value, at=turn.now)
            simulation.start_ready(turn.db, turn.now)
            return True

        return self.door.order(canceled, timeout_s=timeout_s)

    def pending(self, instance: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[Job]:
        def seen(turn: Turn) -> list[Job]:
            rows = turn.db.execute(
                "SELECT * FROM job WHERE ended_at IS NULL AND instance = ? ORDER BY id",
                (instance,),
            )
            return [_shown(row) for row in rows]

        return self.door.ask(seen, timeout_s=timeout_s)


def _is_ours(job_id: str) -> bool:
    """Return whether this could be an id that we gave: a 63-bit number as we write numbers."""
    return job_id.isascii() and job_id.isdecimal() and len(job_id) <= 18 and job_id[0] != "0"


def _shown(row: sqlite3.Row) -> Job:
    is_of_network = row["operation"].startswith(NETWORK)
    return Job(
        id=str(row["id"]),
        state=JobState(row["state"]),
        operation=row["operation"],
        instance="" if is_of_network else row["instance"],
        network=row["instance"] if is_of_network else "",
        error=row["error"],
        ended_at=row["ended_at"],
        is_transient=bool(row["is_transient"]),
        already_exists=bool(row["already_exists"]),
    )
