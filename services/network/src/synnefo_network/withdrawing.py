# SPDX-License-Identifier: Apache-2.0
"""Networks leave clusters in which nothing uses them any more, some at a time.

One whose network was deleted leaves at once, others after ``[network] keep_unused_s``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_backends
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import BackendError
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_network import cluster_networks, reservations
from synnefo_network.models import NetworkRow
from synnefo_network.presence_models import COMING, LEAVING, PresenceRow
from synnefo_network.presences import (
    TRIES,
    facet,
    find,
    is_used,
    jobs_of,
    problem_of,
)

log = logging.getLogger(__name__)

TASK, EVERY_S = "network.idle", 10.0
"""The task that looks for networks that nothing uses, and how often it does."""
WITHDRAW = "network.withdraw"

MOST = 50
"""So many networks of clusters are looked at in a round."""
AGE_S = 60.0
"""After so long one is looked at again."""
POLL_S = (0.1, 0.2, 0.4, 0.8, 1.5)


class StillUsed(BackendError):
    """Something uses a network again."""


def leave_all(context: RequestContext, session: Session, network_id: str) -> None:
    """Have a network that is being deleted leave all clusters."""
    query = select(PresenceRow).where(
        PresenceRow.network_id == network_id, PresenceRow.state != LEAVING
    )
    for row in session.scalars(query.with_for_update()):
        _leave(context, session, row)


def _leave(context: RequestContext, session: Session, row: PresenceRow) -> None:
    row.state, row.job_ids, row.tries = LEAVING, [], 0
    data = {"backend_id": row.backend_id}
    sagas.begin(context, session, WITHDRAW, subject_id=row.network_id, data=data)


def run(context: RequestContext) -> None:
    """Look at those networks of clusters that nobody has looked at for longest."""
    known = {backend.id for backend in synnefo_backends.listing(context)}
    query = (
        select(PresenceRow)
        .where(PresenceRow.state != LEAVING, PresenceRow.looked_at <= context.now() - AGE_S)
        .order_by(PresenceRow.looked_at, PresenceRow.network_id, PresenceRow.backend_id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )
    with context.unit_of_work() as session:
        for row in session.scalars(query).all():
            if row.backend_id in known:
                _look(context, session, row)
            else:
                reservations.forget(session, row.network_id, row.backend_id)
                session.delete(row)


def _look(context: RequestContext, session: Session, row: PresenceRow) -> None:
    """Note whether a network is used; have it leave when it was not for long enough."""
    row.looked_at = context.now()
    if is_used(session, row.network_id, row.backend_id):
        row.idle_since = 0.0
        return
    row.idle_since = row.idle_since or context.now()
    is_deleted = session.get(NetworkRow, row.network_id) is None
    kept_s = context.cloud.config.network.keep_unused_s
    if is_deleted or row.idle_since <= context.now() - kept_s:
        _leave(context, session, row)


def check(run: Run) -> None:
    """Turn back if something uses it; from here on nobody begins to."""
    with run.context.reading() as session:
        if is_used(session, run.subject_id, run.data["backend_id"]):
            msg = "something uses the network again"
            raise StillUsed(msg)


def withdraw(run: Run) -> Mapping[str, Any] | Wait | None:
    """Make one move towards the cluster's not having it."""
    context, backend_id = run.context, run.data["backend_id"]
    jobs = jobs_of(context, backend_id, run.data.get("job_ids", ()))
    if any(not job.state.is_final for job in jobs):
        return _wait(run)
    name = cluster_networks.name_of(context.cloud, run.subject_id)
    if find(context, backend_id, name) is None:
        return None
    tries = run.data.get("tries", 0)
    if tries >= TRIES:
        raise BackendError(problem_of(jobs) or f"network {name} does not go")
    job_ids = synnefo_backends.call(
        context, backend_id, lambda backend: facet(backend).withdraw(name)
    )
    return Wait(POLL_S[0], {"job_ids": list(job_ids), "tries": tries + 1, "looks": 0})


def _wait(run: Run) -> Wait:
    looks = run.data.get("looks", 0)
    return Wait(POLL_S[min(looks, len(POLL_S) - 1)], {"looks": looks + 1})


def gone(run: Run, session: Session) -> None:
    """Forget that it was there."""
    row = _row(run, session)
    if row is not None:
        session.delete(row)


def stays(run: Run, session: Session) -> None:
    """Let whoever needs it look what is left of it; the next rounds try again if nobody does."""
    row = _row(run, session)
    if row is not None:
        row.state, row.problem, row.looked_at = COMING, run.error, run.context.now()


def _row(run: Run, session: Session) -> PresenceRow | None:
    return session.get(PresenceRow, (run.subject_id, run.data["backend_id"]), with_for_update=True)


SAGA = Saga(WITHDRAW, [Step("check", check), Step("withdraw", withdraw)], succeed=gone, fail=stays)
