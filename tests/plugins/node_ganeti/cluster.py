# SPDX-License-Identifier: Apache-2.0
"""A node's part of a cluster on disk: a job queue that is written as Ganeti writes it."""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path

SAMPLE = Path(__file__).parent / "samples/job-create.json"
NODE, OTHER = "node1.c1.test", "node2.c1.test"


class Cluster:
    """The files below ``/var/lib/ganeti`` that matter here."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.queue = directory / "queue"
        self.queue.mkdir(parents=True)
        self._drafts = itertools.count()
        self.elect(NODE)

    def elect(self, node: str) -> None:
        """Make a node the master."""
        self._replace(self.directory / "ssconf_master_node", f"{node}\n")

    def write(self, job: int, *states: str, instance: str = "snf-a", age_s: float = 0) -> float:
        """Write a job, an opcode for each state, as if it had ended some time ago; return when."""
        written = ended(job_file(job, *states, instance=instance), time.time() - age_s)
        self.write_text(job, json.dumps(written), age_s=age_s)
        seconds, microseconds = written["ops"][0]["end_timestamp"]
        return seconds + microseconds / 1e6

    def write_text(self, job: int, text: str, *, age_s: float = 0) -> None:
        self._replace(self.queue / f"job-{job}", text, age_s=age_s)

    def archive(self, job: int) -> None:
        """Move a job to where Ganeti moves those that have ended."""
        folder = self.queue / "archive" / str(job // 10_000)
        folder.mkdir(parents=True, exist_ok=True)
        (self.queue / f"job-{job}").rename(folder / f"job-{job}")

    def _replace(self, file: Path, text: str, *, age_s: float = 0) -> None:
        draft = file.with_name(f"{file.name}-{os.getpid()}-{next(self._drafts)}.tmp")
        draft.write_text(text)
        moment = time.time() - age_s
        os.utime(draft, (moment, moment))
        draft.rename(file)


def ended(job: dict, moment: float) -> dict:
    """Return a job whose timestamps are moved so far that it ended about then."""
    shift_s = int(moment) - job["end_timestamp"][0]

    def moved(part: dict) -> dict:
        return {
            name: [value[0] + shift_s, value[1]] if name.endswith("_timestamp") else value
            for name, value in part.items()
        }

    return {**moved(job), "ops": [moved(opcode) for opcode in job["ops"]]}


def job_file(job: int, *states: str, instance: str = "snf-a") -> dict:
    """Return a job like the recorded one."""
    recorded = json.loads(SAMPLE.read_text())
    (opcode,) = recorded["ops"]
    given = {**opcode["input"], "instance_name": instance, "OP_ID": "OP_INSTANCE_STARTUP"}
    return {**recorded, "id": job, "ops": [{**opcode, "input": given, "status": s} for s in states]}
