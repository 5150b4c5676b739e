# SPDX-License-Identifier: Apache-2.0
"""What clusters say of themselves: their jobs, and that they can be heard.

A notice is a hint (GNT-040, GNT-048): it may be lost, late, doubled or wrong. It never says what
becomes of a server, it only says where to look, and when. Tasks are ended by their sagas, which
a notice about their own job wakes.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass

import synnefo_backends
from synnefo_compute import names
from synnefo_compute.models import ServerRow
from synnefo_compute.reconcile import repairs
from synnefo_core import metrics, underway
from synnefo_core.context import RequestContext
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.compute import JobState
from synnefo_core.contracts.driver import DriverError
from synnefo_core.listening import Listener

log = logging.getLogger(__name__)

JOB, HEARTBEAT = "compute.job", "compute.heartbeat"
"""The topics."""

LONGEST = 255
"""Characters of the longest word that a notice may have."""


class Senseless(ValueError):
    """A notice that can't be; the argument says why."""


class Refused(ValueError):
    """A notice whose sender has no say in what it is about; the argument says why."""


@dataclass(frozen=True)
class Notice:
    """What a cluster says of one of its jobs.

    Attributes:
        job: The cluster's id of the job.
        instance: The instance that the job is about.
        operation: The cluster's word for what the job does.
        state: Where the job stands.
        at: When it came to that, in seconds since the epoch by the cluster's clock.
    """

    job: str
    instance: str
    operation: str
    state: JobState
    at: float


def notice_of(payload: Mapping[str, object]) -> Notice:
    """Return the notice in a message.

    Raises:
        Senseless: It has none.
    """
    try:
        state = JobState(payload.get("state"))
    except ValueError as cause:
        raise Senseless(str(cause)) from cause
    return Notice(
        job=_word(payload, "job"),
        instance=_word(payload, "instance"),
        operation=_word(payload, "operation"),
        state=state,
        at=_moment(payload),
    )


def _word(payload: Mapping[str, object], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        msg = f"{name} must be a word"
        raise Senseless(msg)
    return value


def _moment(payload: Mapping[str, object]) -> float:
    value = payload.get("at")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        msg = "at must be a number of seconds"
        raise Senseless(msg)
    return float(value)


def _sender(context: RequestContext, message: Message) -> str:
    """Return the id of the cluster that the bus vouches for.

    Raises:
        Refused: It is none of ours.
    """
    backend_id = synnefo_backends.id_of(context, message.sender)
    if not backend_id:
        msg = "no cluster is called so"
        raise Refused(msg)
    return backend_id


def hear_job(context: RequestContext, message: Message) -> None:
    """Look where a notice of a job points to."""
    try:
        notice = notice_of(message.payload)
        # Two of three only say that a job goes on: they cost nothing.
        outcome = _heed(context, message, notice) if notice.state.is_final else "progress"
    except Senseless as cause:
        outcome = "senseless"
        _warn(message, cause)
    except Refused as cause:
        outcome = "refused"
        _warn(message, cause)
    except DriverError as cause:
        # The continuous reconciliation looks again once the cluster answers.
        outcome = "unavailable"
        _warn(message, cause)
    metrics.NOTICES.labels(JOB, outcome).inc()


def _heed(context: RequestContext, message: Message, notice: Notice) -> str:
    """Do what a notice of a job that ended is good for; return what that was."""
    backend_id = _sender(context, message)
    server_id = names.server_id(context.cloud, notice.instance)
    with context.reading() as session:
        row = session.get(ServerRow, server_id) if server_id else None
        if row is None or row.is_deleted:
            return "unknown"
        is_busy = bool(underway.subjects(session, [server_id]))
    if row.backend_id != backend_id:
        msg = f"the instance {notice.instance} is in another cluster"
        raise Refused(msg)
    if is_busy:
        return "hastened" if underway.hasten(context, server_id, notice.job) else "busy"
    if notice.at <= row.noticed_at:
        return "stale"
    repaired = repairs.repair(context, server_id)
    _remember(context, server_id, notice.at)
    return "repaired" if repaired else "nothing"


def _remember(context: RequestContext, server_id: str, at: float) -> None:
    """Keep the moment up to which the server was looked at; never one that is yet to come."""
    with context.unit_of_work() as session:
        row = session.get(ServerRow, server_id, with_for_update=True)
        if row is not None:
            row.noticed_at = max(row.noticed_at, min(at, context.now()))


def hear_heartbeat(context: RequestContext, message: Message) -> None:
    """Measure how long a cluster's word takes to come here (GNT-052)."""
    try:
        at = _moment(message.payload)
        _sender(context, message)
    except (Senseless, Refused) as cause:
        _warn(message, cause)
        metrics.NOTICES.labels(HEARTBEAT, "refused").inc()
        return
    metrics.HEARTBEAT_LAG.labels(message.sender).set(context.now() - at)
    metrics.HEARTBEAT_AT.labels(message.sender).set(at)
    metrics.NOTICES.labels(HEARTBEAT, "heard").inc()


def _warn(message: Message, cause: Exception) -> None:
    log.warning(
        "notice not heeded",
        extra={"topic": message.topic, "sender": message.sender, "problem": str(cause)},
    )


LISTENERS = (Listener(JOB, hear_job), Listener(HEARTBEAT, hear_heartbeat))
