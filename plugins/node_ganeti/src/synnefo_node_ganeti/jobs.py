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

_OF_INSTANCE = "OP_INSTANCE_"
_NAMES = {_OF_INSTANCE: "instance_name", "OP_NETWORK_": "network_name"}
"""Where opcodes say what they are about, by how they begin."""

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
    """One opcode of a job on one instance, or on one network itself, as it stands.

    Attributes:
        job: The job's number.
        place: Which of the job's opcodes it is, from 0.
        instance: The instance's name; empty when it is about a network.
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
    network: str = ""

    @property
    def notice(self) -> dict[str, object]:
        """What the cloud is told; a network's topic is another one than an instance's."""
        about = {"network": self.network} if self.network else {"instance": self.instance}
        return {
            "job": str(self.job),
            **about,
            "operation": self.operation,
            "state": self.state,
            "at": self.at,
        }


def read(content: bytes, *, prefix: str, network_prefix: str = "") -> list[Step]:
    """Return the steps of a job on instances and networks whose names begin so.

    Raises:
        UnreadableJob: The file is not what Ganeti writes.
    """
    try:
        job = json.loads(content)
        steps = [_step(job, place) for place in range(len(job["ops"]))]
    except (ValueError, LookupError, TypeError, AttributeError) as cause:
        raise UnreadableJob(f"not a job: {type(cause).__name__}: {cause}") from cause
    return [
        step
        for step in steps
        if step is not None
        and (
            step.network.startswith(network_prefix)
            if step.network
            else step.instance.startswith(prefix)
        )
    ]


def _step(job: dict[str, Any], place: int) -> Step | None:
    opcode = job["ops"][place]
    given, state = opcode["input"], STATES.get(opcode["status"])
    operation = given["OP_ID"]
    kind = next((each for each in _NAMES if operation.startswith(each)), None)
    name = given.get(_NAMES[kind]) if kind else None
    # An opcode on several instances (or on none) has no such name.
    if state is None or not isinstance(name, str):
        return None
    instance, network = (name, "") if kind == _OF_INSTANCE else ("", name)
    at = _moment(job, opcode, state)
    return Step(int(job["id"]), place, instance, operation, state, at, network)


def _moment(job: dict[str, Any], opcode: dict[str, Any], state: str) -> float:
    """Return when an opcode came to its state; the job knows what the opcode does not."""
    for name in (*_MOMENTS[state], "end_timestamp", "start_timestamp", "received_timestamp"):
        for holder in (opcode, job):
            if holder.get(name):
                seconds, microseconds = holder[name]
                return int(seconds) + int(microseconds) / 1e6
    raise LookupError("it has no time at all")
