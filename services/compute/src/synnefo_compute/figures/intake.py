# SPDX-License-Identifier: Apache-2.0
"""Take in what a cluster tells of its servers: one transaction for many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from synnefo_backends import Backend
from synnefo_compute import names
from synnefo_compute.figures import rates
from synnefo_compute.figures.rates import Account, Anchor, Point, Progress, Step
from synnefo_compute.models import FigureRow, GraphRow, ServerRow
from synnefo_core import metrics
from synnefo_core.context import RequestContext
from synnefo_core.contracts.figures import Sample
from synnefo_core.contracts.reading import read
from synnefo_core.db.session import add_if_absent

LATE_S, AHEAD_S = 3600.0, 60.0
"""What is older, or so far ahead of our clock, is not heeded."""

Outcomes = Counter[str]


def take_in(context: RequestContext, backend: Backend, samples: Iterable[Sample]) -> Outcomes:
    """Add samples to the accounts of the servers that they are about; return what became of each.

    Of servers that are in another cluster, or are none of ours, nothing is believed. A sample that is
    no later than the last one is passed over.
    """
    outcomes, now = Outcomes(), context.now()
    about: dict[str, Sample] = {}
    for sample in samples:
        if not now - LATE_S <= sample.at <= now + AHEAD_S:
            outcomes["late"] += 1
        else:
            about[names.server_id(context.cloud, sample.instance)] = sample
    with context.unit_of_work() as session:
        nodes = _servers(session, backend, about)
        accounts = _accounts(session, nodes)
        points: list[dict[str, Any]] = []
        used: dict[str, Counter[str]] = {}
        for server_id in sorted(nodes):
            row, sample = accounts.get(server_id), about[server_id]
            if row is None:
                _open(session, server_id, rates.opened(sample))
                outcomes["first"] += 1
                continue
            if sample.at <= row.at:
                outcomes["stale"] += 1
                continue
            progress = rates.advanced(account_of(row), sample)
            row.at, row.account = sample.at, written(progress.account)
            points += [_row(server_id, step, each) for step, each in progress.points.items()]
            _add(used.setdefault(nodes[server_id], Counter()), progress)
            outcomes["taken"] += 1
        _append(session, points)
    for node, sums in used.items():
        _count(backend.name, node, sums)
    return outcomes + Outcomes(unknown=len(about) - len(nodes))


def _servers(session: Session, backend: Backend, server_ids: Iterable[str]) -> dict[str, str]:
    """Return the nodes of those servers that are in this cluster, by id."""
    query = select(ServerRow.id, ServerRow.node).where(
        ServerRow.id.in_(list(server_ids)),
        ServerRow.backend_id == backend.id,
        ServerRow.is_deleted.is_(False),
    )
    return {row.id: row.node for row in session.execute(query)}


def _accounts(session: Session, server_ids: Iterable[str]) -> dict[str, FigureRow]:
    query = (
        select(FigureRow)
        .where(FigureRow.server_id.in_(list(server_ids)))
        .order_by(FigureRow.server_id)
        .with_for_update()
    )
    return {row.server_id: row for row in session.scalars(query)}


def _open(session: Session, server_id: str, account: Account) -> None:
    row = {"server_id": server_id, "at": account.sample.at, "account": written(account)}
    add_if_absent(session, FigureRow, row)


def written(account: Account) -> dict[str, Any]:
    """Return an account as JSON."""
    anchors = {str(step_s): [each.at, *each.totals] for step_s, each in account.anchors.items()}
    return {"sample": asdict(account.sample), "totals": list(account.totals), "anchors": anchors}


def account_of(row: FigureRow) -> Account:
    """Read what :func:`written` wrote."""
    told: Mapping[str, Any] = row.account
    anchors = {
        int(step_s): Anchor(at, tuple(totals)) for step_s, (at, *totals) in told["anchors"].items()
    }
    return Account(read(Sample, told["sample"], "sample"), tuple(told["totals"]), anchors)


def _row(server_id: str, step: Step, point: Point) -> dict[str, Any]:
    begins_at = step.chunk_of(point.at)
    return {
        "server_id": server_id,
        "step_s": step.step_s,
        "begins_at": begins_at,
        "expires_at": float(begins_at + step.chunk_s + step.kept_s),
        "points": point.line(),
    }


def _append(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append points to the rows that they belong to, making those that are not there."""
    if not rows:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(GraphRow.__table__)  # type: ignore[arg-type]  # declared as FromClause
    statement = insert.on_conflict_do_update(
        index_elements=["server_id", "step_s", "begins_at"],
        set_={"points": GraphRow.points + insert.excluded.points},
    )
    session.execute(statement, list(rows))


def _add(sums: Counter[str], progress: Progress) -> None:
    for name, value in zip(rates.COUNTED, progress.used, strict=True):
        sums[name] += value  # type: ignore[assignment]  # counts of seconds are not whole


def _count(backend: str, node: str, sums: Mapping[str, float]) -> None:
    """Tell operators the sums. The node is the one of our rows: messages don't name new ones."""
    metrics.GUEST_CPU.labels(backend, node).inc(sums["cpu"])
    for way in ("rx", "tx"):
        metrics.GUEST_NETWORK.labels(backend, node, way).inc(sums[f"{way}_bytes"])
    for way in ("read", "write"):
        metrics.GUEST_DISK.labels(backend, node, way).inc(sums[f"{way}_bytes"])
