# SPDX-License-Identifier: Apache-2.0
"""How time moves a cluster: what was due happens when somebody looks, in the order of its time.

Between two calls no queued job could run: a job starts when it comes in, or at the very moment
at which another one ends and leaves it the instance's lock or a free slot. So the outcome does
not depend on who looks, or how often.
"""

from __future__ import annotations

import sqlite3
import zlib

from synnefo_backend_sim.operations import OPERATIONS, JobFailed

_NEXT_DUE = """
    SELECT * FROM job WHERE ended_at IS NULL AND ends_at IS NOT NULL AND ends_at <= ?
    ORDER BY ends_at, id LIMIT 1
"""
_RUNNING = "SELECT count(*) FROM job WHERE ended_at IS NULL AND ends_at IS NOT NULL"
_FIRST_READY = """
    SELECT * FROM job AS waiting INDEXED BY job_waiting
    WHERE ended_at IS NULL AND ends_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM job AS earlier
        WHERE earlier.ended_at IS NULL AND earlier.instance = waiting.instance
        AND earlier.id < waiting.id
    )
    ORDER BY id LIMIT 1
"""


def is_due(db: sqlite3.Connection, now: float) -> bool:
    """Return whether a job should have ended by now."""
    return db.execute(_NEXT_DUE, (now,)).fetchone() is not None


def advance(db: sqlite3.Connection, now: float) -> None:
    """Let everything happen that was due by now, within the caller's transaction."""
    while (job := db.execute(_NEXT_DUE, (now,)).fetchone()) is not None:
        _finish(db, job)
        start_ready(db, job["ends_at"])


def start_ready(db: sqlite3.Connection, at: float) -> None:
    """Start the waiting jobs whose instance is free, oldest first, while there are slots."""
    pace = db.execute("SELECT * FROM cluster").fetchone()
    free = pace["jobs_at_once"] - db.execute(_RUNNING).fetchone()[0]
    while free > 0 and (job := db.execute(_FIRST_READY).fetchone()) is not None:
        if _start(db, job, at, took_s=_duration_s(pace, job)):
            free -= 1


def end(
    db: sqlite3.Connection,
    job: sqlite3.Row,
    state: str,
    *,
    at: float,
    failure: JobFailed | None = None,
) -> None:
    """Write down that a job ended."""
    db.execute(
        "UPDATE job SET state = ?, ended_at = ?, error = ?, is_transient = ?, already_exists = ?"
        " WHERE id = ?",
        (
            state,
            at,
            "" if failure is None else str(failure),
            failure is not None and failure.is_transient,
            failure is not None and failure.reason == "already_exists",
            job["id"],
        ),
    )


def _start(db: sqlite3.Connection, job: sqlite3.Row, at: float, *, took_s: float) -> bool:
    """Start a job; return whether it runs (it may have ended at once)."""
    try:
        OPERATIONS[job["operation"]].begin(db, job, at)
    except JobFailed as failure:
        end(db, job, "error", at=at, failure=failure)
        return False
    db.execute(
        "UPDATE job SET state = 'running', ends_at = ? WHERE id = ?", (at + took_s, job["id"])
    )
    return True


def _finish(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    operation = OPERATIONS[job["operation"]]
    try:
        if not job["fault"]:
            operation.complete(db, job)
    except JobFailed as failure:
        end(db, job, "error", at=job["ends_at"], failure=failure)
        return
    if not job["fault"]:
        end(db, job, "success", at=job["ends_at"])
        return
    if job["fault"] != "partial":
        operation.undo(db, job)
    reason = "temporary" if job["fault"] == "transient" else "environment_error"
    injected = JobFailed(job["fault_message"], reason)
    end(db, job, "error", at=job["ends_at"], failure=injected)


def _duration_s(pace: sqlite3.Row, job: sqlite3.Row) -> float:
    """Draw a job's time: evenly spread, and the same whenever the same history is played again."""
    share = zlib.crc32(f"{pace['name']}/{job['id']}".encode()) / 2**32
    spread = pace["delay_max_s"] - pace["delay_min_s"]
    return float(pace["delay_min_s"] + share * spread + job["slower_s"])
