# SPDX-License-Identifier: Apache-2.0
"""What sagas are under way about a thing, for whoever learns something of it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.db.models import SagaRow
from synnefo_core.sagas import LIVE


def subjects(session: Session, subject_ids: Iterable[str]) -> frozenset[str]:
    """Return those of some things about which a saga runs or unwinds.

    Under the lock of the thing's row this stays true: sagas begin and end under it.
    """
    query = select(SagaRow.subject_id).where(
        SagaRow.subject_id.in_(list(subject_ids)), SagaRow.state.in_(LIVE)
    )
    return frozenset(session.scalars(query))
