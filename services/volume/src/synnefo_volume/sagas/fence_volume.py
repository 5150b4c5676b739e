# SPDX-License-Identifier: Apache-2.0
"""Refuse the node that has a volume open: it was detached by force."""

from __future__ import annotations

from sqlalchemy.orm import Session

from synnefo_blocks import volumes
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_volume import kinds
from synnefo_volume.models import VolumeRow
from synnefo_volume.sagas import sealed, turns


def take_turn(run: Run) -> Wait | None:
    """Wait until no other saga works on it."""
    try:
        return turns.take(run, run.subject_id)
    except NotFound:
        return None


def give_turn(run: Run) -> None:
    """Let others work on it."""
    with run.context.unit_of_work() as session:
        turns.give(run, session, run.subject_id)


def fence(run: Run) -> None:
    """Outdo whoever has it open, unless that one closed it, or it is somebody else's by now."""
    with run.context.reading() as session:
        row = session.get(VolumeRow, run.subject_id)
        if row is None or sealed.is_attached(session, row.id):
            return
        storage = sealed.storage_named(run, row.store)
    if volumes.show(storage, run.subject_id).is_open:
        sealed.take_over(run, run.subject_id)


def end(run: Run, session: Session) -> None:
    """Let others work on it."""
    turns.give(run, session, run.subject_id)


SAGA = Saga(
    kinds.FENCE,
    [Step("take_turn", take_turn, undo=give_turn), Step("fence", fence)],
    succeed=end,
    fail=end,
)
