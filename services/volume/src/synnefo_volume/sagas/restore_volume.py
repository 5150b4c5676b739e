# SPDX-License-Identifier: Apache-2.0
"""Have a volume hold what a backup holds: a new, empty head over that, copied if it lies elsewhere."""

from __future__ import annotations

from sqlalchemy.orm import Session

from synnefo_blocks import Reference, collection
from synnefo_core.sagas import Run, Saga, Step
from synnefo_volume import kinds, states
from synnefo_volume.models import VolumeRow
from synnefo_volume.sagas import revert_volume, sealed


def copy(run: Run) -> None:
    """Have the content in the store of the volume, if it is in another one."""
    source = run.data["source_store"]
    with run.context.reading() as session:
        row = session.get_one(VolumeRow, run.subject_id)
        store, base = row.store, Reference.parse(row.reference)
    if source != store:
        collection.copy(run.context.cloud, source, store, base)


def fail(run: Run, session: Session) -> None:
    """Leave an error that says why: it holds what it held, or what the backup does."""
    row = revert_volume.end(run, session)
    row.status, row.error = states.ERROR_RESTORING, run.error


SAGA = Saga(
    kinds.RESTORE,
    [
        Step("take_turn", sealed.take_turn, undo=sealed.give_turn),
        Step("copy", copy),
        Step("clear", revert_volume.clear),
    ],
    succeed=revert_volume.succeed,
    fail=fail,
)
