# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is to work on the head of a volume: one saga at a time."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from synnefo_core.db.session import changed_rows
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Wait
from synnefo_volume.models import VolumeRow
from synnefo_volume.rows import VOLUME

AGAIN_S = 0.2


def take(run: Run, volume_id: str) -> Wait | None:
    """Take the turn at a volume, or wait for it.

    Raises:
        NotFound: The volume is gone.
    """
    mine = VolumeRow.turn.in_(["", run.saga_id])
    statement = update(VolumeRow).where(VolumeRow.id == volume_id, mine).values(turn=run.saga_id)
    with run.context.unit_of_work() as session:
        if changed_rows(session, statement) == 1:
            return None
        if session.scalar(select(VolumeRow.id).where(VolumeRow.id == volume_id)) is None:
            raise NotFound(VOLUME, volume_id)
    return Wait(AGAIN_S)


def give(run: Run, session: Session, volume_id: str) -> None:
    """Let the next one have its turn, if this saga had it."""
    mine = VolumeRow.id == volume_id, VolumeRow.turn == run.saga_id
    session.execute(update(VolumeRow).where(*mine).values(turn=""))
