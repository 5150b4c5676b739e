# SPDX-License-Identifier: Apache-2.0
"""Make a backup: a content of what the volume holds, or a snapshot's, and an object of that."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.orm import Session

import synnefo_object_store
import synnefo_quota
from synnefo_blocks import Reference
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Saga, Step
from synnefo_volume import charges, kinds, states
from synnefo_volume.attachments import resting
from synnefo_volume.backups import owner_of
from synnefo_volume.models import BackupRow, VolumeRow
from synnefo_volume.rows import BACKUP
from synnefo_volume.sagas import sealed, turns

CONTENT_TYPE = "application/octet-stream"


def _row(run: Run, session: Session, *, is_locked: bool = True) -> BackupRow:
    row = session.get(BackupRow, run.subject_id, with_for_update=is_locked or None)
    if row is None:
        raise NotFound(BACKUP, run.subject_id)
    return row


def _keep(run: Run, session: Session, reference: str) -> None:
    row = _row(run, session)
    row.reference, row.taken_at = reference, run.context.now()


def put(run: Run) -> None:
    """Make the object; one that an earlier try made is replaced."""
    with run.context.reading() as session:
        row = _row(run, session, is_locked=False)
        owner, store, reference = owner_of(run.context, row), row.store, row.reference
        place = synnefo_object_store.Place(row.project_id, row.container, row.id)
    synnefo_object_store.put_content(
        owner, place, Reference.parse(reference), store=store, content_type=CONTENT_TYPE
    )


def remove(run: Run) -> None:
    """Remove the object."""
    with run.context.reading() as session:
        row = _row(run, session, is_locked=False)
        owner, account, container = owner_of(run.context, row), row.project_id, row.container
    with suppress(NotFound):
        synnefo_object_store.delete_object(owner, account, container, run.subject_id)


def succeed(run: Run, session: Session) -> None:
    """Show it; the object keeps what it holds from now on."""
    row = _row(run, session)
    row.status, row.content, row.reference = states.AVAILABLE, row.reference, ""
    row.updated_at = run.context.now()
    _release(run, session)


def fail(run: Run, session: Session) -> None:
    """Leave an error that says why, or nothing when the owner deleted it."""
    row = _row(run, session)
    _release(run, session)
    if row.status == states.DELETING:
        synnefo_quota.charge(run.context, charges.of_backup(row, -1))
        session.delete(row)
        return
    row.status, row.error, row.reference = states.ERROR, run.error, ""
    row.updated_at = run.context.now()


def _release(run: Run, session: Session) -> None:
    """Show the volume as it was."""
    if not sealed.volume_of(run):
        return
    turns.give(run, session, sealed.volume_of(run))
    volume = session.get(VolumeRow, sealed.volume_of(run), with_for_update=True)
    if volume is not None and volume.status == states.BACKING_UP:
        volume.status, volume.updated_at = resting(session, volume.id), run.context.now()


SAGA = Saga(
    kinds.BACKUP,
    [*sealed.steps(_keep), Step("put", put, undo=remove)],
    succeed=succeed,
    fail=fail,
)
