# SPDX-License-Identifier: Apache-2.0
"""Make a volume larger, by its writer if it has one."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_blocks import volumes
from synnefo_core import outbox
from synnefo_core.contracts.storage import NoSuchThing
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_volume import charges, kinds, states
from synnefo_volume.attachments import resting
from synnefo_volume.engine import GIB
from synnefo_volume.models import VolumeRow
from synnefo_volume.sagas import sealed, turns

GROWN = "volume.grown"
"""The event that a volume in use is larger than its cluster knows."""


def grow(run: Run) -> Wait | None:
    """Have it grown."""
    with run.context.reading() as session:
        size_bytes = session.get_one(VolumeRow, run.subject_id).wanted_gib * GIB
    storage = sealed.storage_of_run(run)
    if run.context.cloud.offload.run(volumes.grow, storage, run.subject_id, size_bytes):
        return None
    return sealed.await_writer(run)


def forget(run: Run) -> None:
    """Ask its writer for nothing any more. What it has grown already it keeps."""
    with suppress(NoSuchThing):
        run.context.cloud.offload.run(
            volumes.forget_wishes, sealed.storage_of_run(run), run.subject_id
        )


def succeed(run: Run, session: Session) -> None:
    """Show the new size."""
    row = session.get_one(VolumeRow, run.subject_id, with_for_update=True)
    row.size_gib, row.wanted_gib = row.wanted_gib, 0
    row.status, row.updated_at = resting(session, row.id), run.context.now()
    turns.give(run, session, row.id)
    if row.status == states.IN_USE:
        outbox.emit(run.context, session, GROWN, subject_id=row.id)


def fail(run: Run, session: Session) -> None:
    """Leave an error that says why; what was not had is not paid for."""
    row = session.get_one(VolumeRow, run.subject_id, with_for_update=True)
    turns.give(run, session, row.id)
    synnefo_quota.charge(run.context, charges.of_growth(row, row.size_gib - row.wanted_gib))
    row.wanted_gib, row.error = 0, run.error
    row.status, row.updated_at = states.ERROR_EXTENDING, run.context.now()


SAGA = Saga(
    kinds.EXTEND,
    [
        Step("take_turn", sealed.take_turn, undo=sealed.give_turn),
        Step("grow", grow, undo=forget),
    ],
    succeed=succeed,
    fail=fail,
)
