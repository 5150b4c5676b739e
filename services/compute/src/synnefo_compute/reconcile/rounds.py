# SPDX-License-Identifier: Apache-2.0
"""Reconciliation that never ends: a bounded look at each cluster, again and again.

The servers of a large cluster are looked at in parts, by how their ids begin; the next round
goes on where the last one stopped.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

import synnefo_backends
from synnefo_backends import Backend
from synnefo_compute.models import RoundRow, ServerRow
from synnefo_compute.reconcile import repairs
from synnefo_compute.reconcile.differences import KINDS, Difference, Stale
from synnefo_compute.reconcile.survey import Survey, survey
from synnefo_core import abreast, metrics
from synnefo_core.context import RequestContext
from synnefo_core.contracts.driver import DriverError
from synnefo_core.errors import CloudError

log = logging.getLogger(__name__)

TASK, EVERY_S = "compute.reconcile", 2.0
"""The task that looks at the clusters whose turn has come, and how often it does."""

PATIENCE_S = 5.0
"""After so long the next turns begin, though a cluster has not answered yet."""

MOST_REPAIRS = 100
"""So many servers of a cluster are repaired in a round."""

FEW = 5
"""So many servers may vanish at once, however few there are."""

_DIGITS = "0123456789abcdef"


def run(context: RequestContext) -> None:
    """Look at the clusters whose turn has come and that answered when they were last asked."""
    resting = _resting(context)
    turns = [
        backend
        for backend in synnefo_backends.listing(context)
        if backend.is_up and backend.id not in resting
    ]
    abreast.each(lambda backend: look(context, backend), turns, name=TASK, patience_s=PATIENCE_S)


def _resting(context: RequestContext) -> frozenset[str]:
    """Return the clusters that are to be left in peace for now."""
    began = context.now() - context.cloud.config.compute.reconcile_every_s
    with context.reading() as session:
        query = select(RoundRow.backend_id).where(RoundRow.begun_at > began)
        return frozenset(session.scalars(query))


def look(context: RequestContext, backend: Backend) -> int:
    """Repair what differs in the next part of a cluster; return how many servers were."""
    part = _begin(context, backend)
    seen = survey(context, backend, part)
    if seen.problem:
        log.warning(
            "cluster not reconciled", extra={"backend": backend.name, "problem": seen.problem}
        )
        return 0
    counted = Counter(each.kind for each in seen.differences)
    for kind in KINDS:
        metrics.DIFFERENCES.labels(backend.name, kind).set(counted[kind])
    repaired = 0
    for server_id in _repairable(seen)[:MOST_REPAIRS]:
        try:
            done = repairs.repair(context, server_id)
        except (CloudError, DriverError) as cause:
            log.warning("server not repaired", extra={"server": server_id, "problem": str(cause)})
            continue
        repaired += bool(done)
        _count(backend, done)
    return repaired


def _count(backend: Backend, repaired: Iterable[Difference]) -> None:
    for each in repaired:
        metrics.REPAIRS.labels(backend.name, each.kind).inc()


def _repairable(seen: Survey) -> list[str]:
    """Return the servers that can be repaired, once each.

    When half of a cluster's servers vanish at once, rather the cluster has lost its memory:
    that is for a person to judge.
    """
    found = [each for each in seen.differences if repairs.is_repairable(each)]
    vanished = [each for each in found if isinstance(each, Stale)]
    if len(vanished) > max(FEW, seen.servers // 2):
        log.error(
            "too many servers vanished at once to believe it",
            extra={"backend": seen.backend.name, "vanished": len(vanished)},
        )
        found = [each for each in found if not isinstance(each, Stale)]
    return list(dict.fromkeys(each.server_id for each in found))


def _begin(context: RequestContext, backend: Backend) -> str:
    """Return which part of a cluster's servers is next, and go on to the one behind it."""
    most = context.cloud.config.compute.reconcile_servers
    count = select(func.count()).where(
        ServerRow.backend_id == backend.id, ServerRow.is_deleted.is_(False)
    )
    with context.unit_of_work() as session:
        row = session.get(RoundRow, backend.id, with_for_update=True)
        if row is None:
            row = RoundRow(backend_id=backend.id, last_part="", begun_at=0.0)
            session.add(row)
        parts = parts_of(session.scalar(count) or 0, most)
        part = following(row.last_part, parts)
        row.last_part, row.begun_at = part, context.now()
        return part


def parts_of(servers: int, most: int) -> Sequence[str]:
    """Return how ids begin that divide so many servers into parts of about ``most``."""
    parts = [""]
    while servers > most * len(parts):
        parts = [begin + digit for begin in parts for digit in _DIGITS]
    return parts


def following(part: str, parts: Sequence[str]) -> str:
    """Return the part behind one, or the first, also where servers were divided otherwise."""
    return next((each for each in parts if each > part), parts[0])
