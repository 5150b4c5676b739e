# SPDX-License-Identifier: Apache-2.0
"""Make the head of a volume over what it is made of; nothing is copied within a store.

A failed creation leaves no head and a row in "error" that stays charged until its owner deletes it
(SEM-001). When the owner deletes meanwhile, the saga unwinds and the row goes.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.orm import Session

from synnefo_blocks import EMPTY, Reference, collection, volumes
from synnefo_core.contracts.storage import HeadExists, Storage
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Saga, Step
from synnefo_volume import first_boot_seed, kinds, states
from synnefo_volume.attachments import resting
from synnefo_volume.engine import GIB, storage_of
from synnefo_volume.models import VolumeRow
from synnefo_volume.rows import VOLUME
from synnefo_volume.sagas import sealed, turns
from synnefo_volume.volumes import forget


def _row(run: Run, session: Session, *, is_locked: bool = False) -> VolumeRow:
    row = session.get(VolumeRow, run.subject_id, with_for_update=is_locked or None)
    if row is None:
        raise NotFound(VOLUME, run.subject_id)
    return row


def _keep(run: Run, session: Session, reference: str) -> None:
    _row(run, session, is_locked=True).reference = reference


def _base(row: VolumeRow) -> Reference:
    return Reference.parse(row.reference) if row.reference else EMPTY


def copy(run: Run) -> None:
    """Have the content in the store of the volume, if it is in another one."""
    source = run.data["source_store"]
    with run.context.reading() as session:
        row = _row(run, session)
        store, base = row.store, _base(row)
    if source and source != store:
        storage_of(run.context.cloud, store)
        collection.copy(run.context.cloud, source, store, base)


def make(run: Run) -> None:
    """Make the head; one of this name that is there is ours."""
    cloud = run.context.cloud
    with run.context.reading() as session:
        row = _row(run, session)
        store, size_bytes, base = row.store, row.size_gib * GIB, _base(row)
    with suppress(HeadExists):
        cloud.offload.run(_make, storage_of(cloud, store), run.subject_id, size_bytes, base)


def _make(storage: Storage, name: str, size_bytes: int, base: Reference) -> None:
    volumes.create(storage, name, size_bytes, base=base)


def remove(run: Run) -> None:
    """Remove what was made."""
    with run.context.reading() as session:
        store = _row(run, session).store
    first_boot_seed.remove_with(run.context, store, run.subject_id)


def succeed(run: Run, session: Session) -> None:
    """Show the volume; its head keeps what it lies over from now on."""
    row = _row(run, session, is_locked=True)
    row.status, row.reference = resting(session, row.id), ""
    row.updated_at = run.context.now()
    turns.give(run, session, sealed.volume_of(run))


def fail(run: Run, session: Session) -> None:
    """Leave an error that says why, or nothing when the owner deleted it."""
    row = _row(run, session, is_locked=True)
    turns.give(run, session, sealed.volume_of(run))
    if row.status == states.DELETING:
        forget(run.context, session, row)
        return
    row.status, row.error, row.reference = states.ERROR, run.error, ""
    row.updated_at = run.context.now()


SAGA = Saga(
    kinds.CREATE,
    [*sealed.steps(_keep), Step("copy", copy), Step("make", make, undo=remove)],
    succeed=succeed,
    fail=fail,
)
