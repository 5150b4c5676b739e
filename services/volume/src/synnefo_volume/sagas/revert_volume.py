# SPDX-License-Identifier: Apache-2.0
"""Take a volume back to a snapshot: a new, empty head over what that holds."""

from __future__ import annotations

from sqlalchemy.orm import Session

from synnefo_blocks import EMPTY, Reference, volumes
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_volume import kinds, states
from synnefo_volume.models import VolumeRow
from synnefo_volume.sagas import sealed, turns


def clear(run: Run) -> Wait | None:
    """Put the snapshot in place of what the volume holds; again is no error."""
    storage = sealed.storage_of_run(run)
    if volumes.show(storage, run.subject_id).is_open:
        return sealed.await_writer(run)
    with run.context.reading() as session:
        text = session.get_one(VolumeRow, run.subject_id).reference
    base = Reference.parse(text) if text else EMPTY
    run.context.cloud.offload.run(lambda: volumes.clear(storage, run.subject_id, base=base))
    return None


def succeed(run: Run, session: Session) -> None:
    """Show it; its head keeps what it lies over from now on."""
    end(run, session).status = states.AVAILABLE


def fail(run: Run, session: Session) -> None:
    """Leave an error that says why: it holds what it held, or what the snapshot does."""
    row = end(run, session)
    row.status, row.error = states.ERROR, run.error


def end(run: Run, session: Session) -> VolumeRow:
    """Let others work on it, and forget what it was to hold."""
    row = session.get_one(VolumeRow, run.subject_id, with_for_update=True)
    row.reference, row.updated_at = "", run.context.now()
    turns.give(run, session, row.id)
    return row


SAGA = Saga(
    kinds.REVERT,
    [Step("take_turn", sealed.take_turn, undo=sealed.give_turn), Step("clear", clear)],
    succeed=succeed,
    fail=fail,
)
