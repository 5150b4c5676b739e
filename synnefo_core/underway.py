# SPDX-License-Identifier: Apache-2.0
"""What sagas are under way about a thing, for whoever learns something of it elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core import wake
from synnefo_core.context import RequestContext
from synnefo_core.db.models import SagaRow
from synnefo_core.db.session import after_commit
from synnefo_core.sagas import LIVE


def subjects(session: Session, subject_ids: Iterable[str]) -> frozenset[str]:
    """Return those of some things about which a saga runs or unwinds.

    Under the lock of the thing's row this stays true: sagas begin and end under it.
    """
    query = select(SagaRow.subject_id).where(
        SagaRow.subject_id.in_(list(subject_ids)), SagaRow.state.in_(LIVE)
    )
    return frozenset(session.scalars(query))


def state_of(session: Session, saga_id: str) -> str:
    """Return whether a saga runs, unwinds or has ended; it stays so until the transaction ends.

    A step that writes to the database asks: a worker that was taken for dead must not any more.
    """
    query = select(SagaRow.state).where(SagaRow.id == saga_id)
    return session.execute(query.with_for_update()).scalar_one()


def hasten(
    context: RequestContext, awaited: Mapping[str, Collection[str]]
) -> frozenset[tuple[str, str]]:
    """Have sagas go on now that wait for something; return what was waited for.

    Args:
        context: The worker's.
        awaited: What sagas may wait for (ids of jobs), by the ids of the things that they are about; a
            saga keeps it among the values in its data.

    Returns:
        Pairs of a thing's id and what its saga waits for.
    """
    query = select(SagaRow).where(SagaRow.subject_id.in_(list(awaited)), SagaRow.state.in_(LIVE))
    with context.reading() as session:
        rows = session.scalars(query).all()
        found = {row.id: _words(row).intersection(awaited[row.subject_id]) for row in rows}
        pairs = {(row.subject_id, word) for row in rows for word in found[row.id]}
    waiting = [saga_id for saga_id, words in found.items() if words]
    if waiting:
        _wake(context, waiting)
    return frozenset(pairs)


def _words(row: SagaRow) -> set[str]:
    return {value for value in row.data.values() if isinstance(value, str)}


def _wake(context: RequestContext, saga_ids: Collection[str]) -> None:
    """Make sagas due; one that somebody moves just now sees by itself what there is."""
    query = select(SagaRow).where(
        SagaRow.id.in_(saga_ids), SagaRow.state.in_(LIVE), SagaRow.due_at > context.now()
    )
    with context.unit_of_work() as session:
        for row in session.scalars(query.with_for_update(skip_locked=True)):
            row.due_at = min(row.due_at, context.now())
        after_commit(session, wake.bell(context.cloud).ring)
