# SPDX-License-Identifier: Apache-2.0
"""Remove a volume; tried until it works, for a deletion has no way back."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_blocks import volumes
from synnefo_core.contracts.storage import StorageUnavailable
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_volume import first_boot_seed, kinds, states, working
from synnefo_volume.models import SnapshotRow, VolumeRow
from synnefo_volume.sagas import turns
from synnefo_volume.volumes import forget

FOR_EVER = 10**9
"""More attempts than there is time for: a store that is away for a week may come back."""


def await_readers(run: Run) -> Wait | None:
    """Wait for those who were promised what the volume holds."""
    copies = select(VolumeRow.id).where(
        VolumeRow.source_volume_id == run.subject_id,
        VolumeRow.status == states.CREATING,
        VolumeRow.reference == "",
    )
    snapshots = select(SnapshotRow.id).where(
        SnapshotRow.volume_id == run.subject_id,
        SnapshotRow.status == states.CREATING,
        SnapshotRow.reference == "",
    )
    with run.context.reading() as session:
        for query in (copies, snapshots):
            if session.scalar(query.limit(1)) is not None:
                return Wait(turns.AGAIN_S)
    return None


def take_turn(run: Run) -> Wait | None:
    """Wait until no other saga works on it."""
    return turns.take(run, run.subject_id)


def remove(run: Run) -> None:
    """Remove its heads, and what says in other stores where it moved to."""
    cloud = run.context.cloud
    with run.context.reading() as session:
        store = session.get_one(VolumeRow, run.subject_id).store
    first_boot_seed.remove_with(run.context, store, run.subject_id)
    for other in working.stores(cloud):
        # One that is away keeps a small record that nobody looks for.
        with suppress(StorageUnavailable):
            cloud.offload.run(volumes.forget_trail, cloud.store(other), run.subject_id)
            # A seed stays where the volume was when its server was made.
            seed = run.subject_id + first_boot_seed.SEED
            cloud.offload.run(volumes.delete, cloud.store(other), seed)


def succeed(run: Run, session: Session) -> None:
    """Give everything back."""
    row = session.get_one(VolumeRow, run.subject_id, with_for_update=True)
    forget(run.context, session, row)


def fail(run: Run, session: Session) -> None:
    """Leave an error that says why: it may be deleted again."""
    row = session.get_one(VolumeRow, run.subject_id, with_for_update=True)
    row.status, row.error = states.ERROR_DELETING, run.error
    row.updated_at = run.context.now()
    turns.give(run, session, row.id)


SAGA = Saga(
    kinds.DELETE,
    [
        Step("await_readers", await_readers, attempts=FOR_EVER),
        Step("take_turn", take_turn, attempts=FOR_EVER),
        Step("remove", remove, attempts=FOR_EVER),
    ],
    succeed=succeed,
    fail=fail,
)
