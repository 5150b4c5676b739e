# SPDX-License-Identifier: Apache-2.0
"""What sagas are under way about a thing, for whoever learns something of it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

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


def hasten(context: RequestContext, subject_id: str, word: str) -> bool:
    """Have a thing's saga go on now if it waits for what ``word`` names; return whether it does.

    The word (a job's id) is one of the values that the saga keeps in its data.
    """
    query = select(SagaRow).where(SagaRow.subject_id == subject_id, SagaRow.state.in_(LIVE))
    with context.unit_of_work() as session:
        waiting = [
            row for row in session.scalars(query.with_for_update()) if word in row.data.values()
        ]
        for row in waiting:
            row.due_at = min(row.due_at, context.now())
        after_commit(session, wake.bell(context.cloud).ring)
    return bool(waiting)
