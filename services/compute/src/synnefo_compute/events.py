# SPDX-License-Identifier: Apache-2.0
"""What clusters say of themselves: their jobs, and that they can be heard.

A notice is a hint (GNT-040, GNT-048): it may be lost, late, doubled or wrong. It never says what
becomes of a server, it only says where to look, and when. Tasks are ended by their sagas, which
a notice about their own job wakes.

Notices are heard many at a time. Of each cluster's the database is asked once which are of use, and
the cluster is asked once for all servers that are to be looked at.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

import synnefo_backends
from synnefo_compute import names
from synnefo_compute.models import ServerRow
from synnefo_compute.notices import Notice, Senseless, moment_of, notice_of
from synnefo_compute.reconcile import repairs
from synnefo_core import metrics, underway
from synnefo_core.context import RequestContext
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.driver import DriverError
from synnefo_core.listening import Listener

log = logging.getLogger(__name__)

JOB, HEARTBEAT = "compute.job", "compute.heartbeat"
"""The topics."""

Outcomes = Counter[str]


@dataclass(frozen=True)
class _Known:
    """What must be known of a server to know whether a notice is of use."""

    backend_id: str
    noticed_at: float
    is_busy: bool


def hear_jobs(context: RequestContext, messages: Sequence[Message]) -> None:
    """Look where notices of jobs point to."""
    outcomes, ended = Outcomes(), defaultdict[str, list[Notice]](list)
    for message in messages:
        try:
            notice = notice_of(message.payload)
        except Senseless as cause:
            outcomes["senseless"] += 1
            _warn(JOB, message.sender, str(cause))
            continue
        # Two of three only say that a job goes on: they cost nothing.
        if notice.state.is_final:
            ended[message.sender].append(notice)
        else:
            outcomes["progress"] += 1
    for sender, notices in ended.items():
        outcomes += _heed(context, sender, notices)
    for outcome, number in outcomes.items():
        metrics.NOTICES.labels(JOB, outcome).inc(number)


def _heed(context: RequestContext, sender: str, notices: Iterable[Notice]) -> Outcomes:
    """Do what a cluster's notices of jobs that ended are good for; return what that was."""
    about: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        about[names.server_id(context.cloud, notice.instance)].append(notice)
    backend_id = synnefo_backends.id_of(context, sender)
    if not backend_id:
        _warn(JOB, sender, "no cluster is called so")
        return Outcomes(refused=sum(map(len, about.values())))
    known = _known(context, about)
    outcomes = Outcomes(unknown=sum(len(about[each]) for each in about if each not in known))
    # What is being done to a server may be done in two clusters; those that wait for a job look.
    for server_id in [
        each for each in known if known[each].backend_id != backend_id and not known[each].is_busy
    ]:
        _warn(JOB, sender, f"the instance of {server_id} is in another cluster")
        outcomes["refused"] += len(about[server_id])
        del known[server_id]
    busy = {each: about[each] for each in known if known[each].is_busy}
    outcomes += _hasten(context, busy)
    idle = {each: about[each] for each in known if not known[each].is_busy}
    fresh = {}
    for server_id, some in idle.items():
        new = {notice.at for notice in some if notice.at > known[server_id].noticed_at}
        outcomes["stale"] += len(some) - len(new)
        if new:
            fresh[server_id] = new
    return outcomes + _look(context, backend_id, fresh)


def _known(context: RequestContext, server_ids: Iterable[str]) -> dict[str, _Known]:
    """Return what is known of those servers that there are, by id."""
    query = select(ServerRow.id, ServerRow.backend_id, ServerRow.noticed_at).where(
        ServerRow.id.in_([each for each in server_ids if each]), ServerRow.is_deleted.is_(False)
    )
    with context.reading() as session:
        rows = session.execute(query).all()
        busy = underway.subjects(session, [row.id for row in rows])
    return {row.id: _Known(row.backend_id, row.noticed_at, row.id in busy) for row in rows}


def _hasten(context: RequestContext, busy: Mapping[str, Sequence[Notice]]) -> Outcomes:
    """Have the sagas go on that wait for the jobs of some notices."""
    if not busy:
        return Outcomes()
    jobs = {server_id: {notice.job for notice in some} for server_id, some in busy.items()}
    awaited = underway.hasten(context, jobs)
    return Outcomes(
        "hastened" if (server_id, notice.job) in awaited else "busy"
        for server_id, some in busy.items()
        for notice in some
    )


def _look(
    context: RequestContext, backend_id: str, fresh: Mapping[str, Iterable[float]]
) -> Outcomes:
    """Look at servers of a cluster whose notices have these moments; one look is for all."""
    if not fresh:
        return Outcomes()
    moments = {server_id: sorted(some) for server_id, some in fresh.items()}
    count = sum(map(len, moments.values()))
    try:
        repaired = repairs.repair_all(context, backend_id, moments)
    except DriverError as cause:
        # The continuous reconciliation looks again once the cluster answers.
        _warn(JOB, synnefo_backends.find(context, backend_id).name, str(cause))
        return Outcomes(unavailable=count)
    _remember(context, moments, max(some[-1] for some in moments.values()))
    return Outcomes(
        repaired=len(repaired), nothing=len(moments) - len(repaired), stale=count - len(moments)
    )


def _remember(context: RequestContext, server_ids: Iterable[str], at: float) -> None:
    """Keep the moment up to which servers were looked at; never one that is yet to come.

    It is the latest of all notices, by the one clock of their cluster: the look came after them.
    """
    at = min(at, context.now())
    older = select(ServerRow.id).where(
        ServerRow.id.in_(list(server_ids)), ServerRow.noticed_at < at
    )
    # Who holds one of the rows now has a later look than this one to spare.
    chosen = older.with_for_update(skip_locked=True).scalar_subquery()
    with context.unit_of_work() as session:
        session.execute(
            update(ServerRow)
            .where(ServerRow.id.in_(chosen))
            .values(noticed_at=at)
            .execution_options(synchronize_session=False)
        )


def hear_heartbeats(context: RequestContext, messages: Sequence[Message]) -> None:
    """Measure how long the words of clusters take to come here (GNT-052)."""
    for message in messages:
        is_heard = _hear_heartbeat(context, message)
        metrics.NOTICES.labels(HEARTBEAT, "heard" if is_heard else "refused").inc()


def _hear_heartbeat(context: RequestContext, message: Message) -> bool:
    try:
        at = moment_of(message.payload)
    except Senseless as cause:
        _warn(HEARTBEAT, message.sender, str(cause))
        return False
    if not synnefo_backends.id_of(context, message.sender):
        _warn(HEARTBEAT, message.sender, "no cluster is called so")
        return False
    metrics.HEARTBEAT_LAG.labels(message.sender).set(context.now() - at)
    metrics.HEARTBEAT_AT.labels(message.sender).set(at)
    return True


def _warn(topic: str, sender: str, problem: str) -> None:
    log.warning("notice not heeded", extra={"topic": topic, "sender": sender, "problem": problem})


LISTENERS = (Listener(JOB, hear_jobs), Listener(HEARTBEAT, hear_heartbeats))
