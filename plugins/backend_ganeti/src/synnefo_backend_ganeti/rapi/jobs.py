# SPDX-License-Identifier: Apache-2.0
"""Jobs: what they are asked to do, where they stand, how they failed."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from synnefo_backend_ganeti.rapi.errors import JobNotFound, MalformedAnswer
from synnefo_backend_ganeti.rapi.records import Json, Record, integer, items

JOB_FIELDS = ("id", "ops", "status", "opstatus", "opresult", "end_ts")

_MAC = re.compile(r"add:mac=([0-9A-Fa-f:]+)")


class JobStatus(enum.Enum):
    """Where a job or one of its operations stands."""

    QUEUED = "queued"
    WAITING = "waiting"
    """Started, and waiting for locks."""
    CANCELING = "canceling"
    RUNNING = "running"
    CANCELED = "canceled"
    """Taken back by a user, or rejected by a filter of the cluster."""
    SUCCESS = "success"
    ERROR = "error"

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more."""
        return self in (JobStatus.CANCELED, JobStatus.SUCCESS, JobStatus.ERROR)


FINAL = tuple(status for status in JobStatus if status.is_final)
UNFINISHED = tuple(status for status in JobStatus if not status.is_final)


@dataclass(frozen=True)
class OperationError:
    """Why an operation failed.

    Attributes:
        kind: Ganeti's class of error: ``OpPrereqError`` (nothing was changed),
            ``OpExecError`` (it broke half way), ``HypervisorError``, …; empty
            when the job died without a word.
        text: A sentence, or the last lines of a script's log.
        code: For ``OpPrereqError``: ``wrong_input``, ``wrong_state``,
            ``unknown_entity``, ``already_exists``, ``insufficient_resources``, …
    """

    kind: str
    text: str
    code: str = ""


@dataclass(frozen=True)
class Operation:
    """One step of a job.

    Attributes:
        opcode: ``OP_INSTANCE_CREATE`` and so on.
        parameters: What it was asked to do; secrets among it are null.
    """

    opcode: str
    status: JobStatus
    parameters: Mapping[str, Json] = field(repr=False)
    result: Json = field(repr=False)
    error: OperationError | None

    @property
    def instance(self) -> str:
        """The instance it is about; empty when it is about none."""
        name = self.parameters.get("instance_name")
        return name if isinstance(name, str) else ""

    @property
    def left_out(self) -> str:
        """What was added but not plugged into the guest that runs, such as ``nic/1``; empty if nothing was.

        Ganeti calls such a job a success: the device is there after the next start, if it can be at all.
        """
        return next((what for what, _, is_in in self._added() if not is_in), "")

    @property
    def cards(self) -> tuple[tuple[str, bool], ...]:
        """The MACs of the network cards that were added, and whether the guest that ran has them."""
        found = [(_MAC.match(how), is_in) for _, how, is_in in self._added()]
        return tuple((match[1].lower(), is_in) for match, is_in in found if match)

    def _added(self) -> list[tuple[str, str, bool]]:
        """Return what was added, how, and whether nobody says that the guest could not be given it."""
        changes = self.result if isinstance(self.result, list) else []
        parts = [each for each in changes if isinstance(each, list) and each[1:]]
        pairs = [(str(what), str(how)) for what, how, *_ in parts]
        failed = {what for what, how in pairs if how == "hotplug:failed"}
        return [(what, how, what not in failed) for what, how in pairs if how.startswith("add")]

    @property
    def network(self) -> str:
        """The network that it is about itself; empty when it is about none."""
        name = self.parameters.get("network_name")
        return name if isinstance(name, str) else ""


@dataclass(frozen=True)
class Job:
    """A job as the cluster tells it.

    ``ended_at`` is in seconds since the epoch by the cluster's clock.
    """

    id: int
    status: JobStatus
    operations: tuple[Operation, ...]
    ended_at: float | None

    @property
    def error(self) -> OperationError | None:
        """The error of the first operation that failed."""
        return next((step.error for step in self.operations if step.error), None)


def job_from(record: Record) -> Job:
    """Read a job.

    Raises:
        JobNotFound: The cluster answers 200 with nulls for a job it does not know.
    """
    job_id = record.integer("id")
    if record.values.get("status") is None:
        raise JobNotFound(job_id)
    parts = zip(
        record.items("ops"), record.texts("opstatus"), record.items("opresult"), strict=False
    )
    return Job(
        id=job_id,
        status=_status(record.text("status")),
        operations=tuple(_operation(*part) for part in parts),
        ended_at=_instant(record.maybe_items("end_ts")),
    )


def jobs_from(rows: Iterable[Record]) -> list[Job]:
    """Read the jobs of a query, which has a row of nulls for each that is not known."""
    return [job_from(row) for row in rows if row.values.get("status") is not None]


def _operation(parameters: Json, status: str, result: Json) -> Operation:
    record = Record.of(parameters)
    state = _status(status)
    return Operation(
        opcode=record.text("OP_ID"),
        status=state,
        parameters=record.values,
        result=result,
        error=_error(result) if state is JobStatus.ERROR else None,
    )


def _status(word: str) -> JobStatus:
    try:
        return JobStatus(word)
    except ValueError as error:
        raise MalformedAnswer(f"unknown job status {word!r}") from error


def _error(result: Json) -> OperationError:
    """Read ``["OpPrereqError", ["text", "code"]]``, or whatever else a job left."""
    match result:
        case [str(kind), [str(text), str(code)]]:
            return OperationError(kind, text, code)
        case [str(kind), [str(text), *_]]:
            return OperationError(kind, text)
        case [str(kind), str(text)]:
            return OperationError(kind, text)
        case None:
            return OperationError("", "the job ended without saying why")
        case _:
            return OperationError("", str(result))


def _instant(value: list[Json] | None) -> float | None:
    """Read ``[seconds, microseconds]``."""
    if value is None:
        return None
    seconds, microseconds = (integer(part) for part in items(value))
    return seconds + microseconds / 1e6
