# SPDX-License-Identifier: Apache-2.0
"""Read Ganeti's job files.

A job is a JSON file that Ganeti replaces by renaming whenever something changes. Its opcodes have
states of their own; there is none of the job as a whole.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

STATES = {
    "queued": "queued",
    "waiting": "queued",  # for the locks
    "running": "running",
    "success": "success",
    "error": "error",
    "canceled": "canceled",
}
"""Our word for a state of Ganeti's; what is missing ("canceling") is not told of."""

_MOMENTS = {
    "queued": ("received_timestamp",),
    "running": ("exec_timestamp", "start_timestamp"),
    "success": ("end_timestamp",),
    "error": ("end_timestamp",),
    "canceled": ("end_timestamp",),
}


class UnreadableJob(ValueError):
    """A job file is not what Ganeti writes."""


@dataclass(frozen=True)
class Step:
    """One opcode of a job on one instance, as it stands.

    Attributes:
        job: The job's number.
        place: Which of the job's opcodes it is, from 0.
        instance: The instance's name.
        operation: The opcode, such as OP_INSTANCE_STARTUP.
        state: A value of ``STATES``.
        at: When it came to that state, in seconds since the epoch by the cluster's clock.
    """

    job: int
    place: int
    instance: str
    operation: str
    state: str
    at: float

    @property
    def notice(self) -> dict[str, object]:
        """What the cloud is told."""
        return {
            "job": str(self.job),
            "instance": self.instance,
            "operation": self.operation,
            "state": self.state,
            "at": self.at,
        }


def read(content: bytes, *, prefix: str) -> list[Step]:
    """Return the steps of a job on instances whose names begin with ``prefix``.

    Raises:
        UnreadableJob: The file is not what Ganeti writes.
    """
    try:
        job = json.loads(content)
        steps = [_step(job, place) for place in range(len(job["ops"]))]
    except (ValueError, LookupError, TypeError, AttributeError) as cause:
        raise UnreadableJob(f"not a job: {type(cause).__name__}: {cause}") from cause
    return [step for step in steps if step is not None and step.instance.startswith(prefix)]


def _step(job: dict[str, Any], place: int) -> Step | None:
    opcode = job["ops"][place]
    given, state = opcode["input"], STATES.get(opcode["status"])
    operation, instance = given["OP_ID"], given.get("instance_name")
    # An opcode on several instances (or on none) has no such name.
    if state is None or not operation.startswith("OP_INSTANCE_") or not isinstance(instance, str):
        return None
    return Step(int(job["id"]), place, instance, operation, state, _moment(job, opcode, state))


def _moment(job: dict[str, Any], opcode: dict[str, Any], state: str) -> float:
    """Return when an opcode came to its state; the job knows what the opcode does not."""
    for name in (*_MOMENTS[state], "end_timestamp", "start_timestamp", "received_timestamp"):
        for holder in (opcode, job):
            if holder.get(name):
                seconds, microseconds = holder[name]
                return int(seconds) + int(microseconds) / 1e6
    raise LookupError("it has no time at all")
