# SPDX-License-Identifier: Apache-2.0
"""Take a snapshot: freeze the volume and make a content of what it held, which the row keeps."""

from __future__ import annotations

from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Saga
from synnefo_volume import charges, kinds, states
from synnefo_volume.models import SnapshotRow
from synnefo_volume.rows import SNAPSHOT
from synnefo_volume.sagas import sealed, turns


def _row(run: Run, session: Session) -> SnapshotRow:
    row = session.get(SnapshotRow, run.subject_id, with_for_update=True)
    if row is None:
        raise NotFound(SNAPSHOT, run.subject_id)
    return row


def _keep(run: Run, session: Session, reference: str) -> None:
    _row(run, session).reference = reference


def succeed(run: Run, session: Session) -> None:
    """Show it."""
    row = _row(run, session)
    row.status, row.updated_at = states.AVAILABLE, run.context.now()
    turns.give(run, session, sealed.volume_of(run))


def fail(run: Run, session: Session) -> None:
    """Leave an error that says why, or nothing when the owner deleted it."""
    row = _row(run, session)
    turns.give(run, session, sealed.volume_of(run))
    if row.status == states.DELETING:
        synnefo_quota.charge(run.context, charges.of_snapshot(row, -1))
        session.delete(row)
        return
    row.status, row.error, row.reference = states.ERROR, run.error, ""
    row.updated_at = run.context.now()


SAGA = Saga(kinds.SNAPSHOT, sealed.steps(_keep), succeed=succeed, fail=fail)
