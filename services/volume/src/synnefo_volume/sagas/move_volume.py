# SPDX-License-Identifier: Apache-2.0
"""Move a volume to another store: a head there over a copy of what it holds, and then none here.

The old head stays until the new one counts, so that a move can be taken back at any step.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from synnefo_blocks import Reference, collection, volumes
from synnefo_core import sagas
from synnefo_core.contracts.storage import Storage
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_volume import kinds
from synnefo_volume.attachments import resting
from synnefo_volume.engine import GIB
from synnefo_volume.models import VolumeRow
from synnefo_volume.sagas import sealed, turns


def close(run: Run) -> Wait | None:
    """Wait until nobody writes it any more: what is written from now on would be lost."""
    if volumes.show(sealed.storage_of_run(run), run.subject_id).is_open:
        return sealed.await_writer(run)
    return None


def _keep(run: Run, session: Session, reference: str) -> None:
    session.get_one(VolumeRow, run.subject_id, with_for_update=True).reference = reference


def copy(run: Run) -> None:
    """Have what it holds in the other store."""
    source, target = run.data["source"], run.data["target"]
    sealed.storage_named(run, target)
    collection.copy(run.context.cloud, source, target, Reference.parse(run.data["reference"]))


def make(run: Run) -> None:
    """Make the head in the other store; nothing else there has its name, so what has is ours."""
    with run.context.reading() as session:
        size_bytes = session.get_one(VolumeRow, run.subject_id).size_gib * GIB
    storage = sealed.storage_named(run, run.data["target"])
    base = Reference.parse(run.data["reference"])
    run.context.cloud.offload.run(_make, storage, run.subject_id, size_bytes, base)


def _make(storage: Storage, name: str, size_bytes: int, base: Reference) -> None:
    volumes.delete(storage, name)
    volumes.create(storage, name, size_bytes, base=base)


def unmake(run: Run) -> None:
    """Remove the head in the other store."""
    storage = sealed.storage_named(run, run.data["target"])
    run.context.cloud.offload.run(volumes.delete, storage, run.subject_id)


def switch(run: Run) -> None:
    """Let the head in the other store be the one that counts."""
    _point(run, run.data["target"])


def switch_back(run: Run) -> None:
    """Let the old one count again."""
    _point(run, run.data["source"])


def _point(run: Run, store: str) -> None:
    with run.context.unit_of_work() as session:
        session.get_one(VolumeRow, run.subject_id, with_for_update=True).store = store


def succeed(run: Run, session: Session) -> None:
    """Show where and of which type it is, and have the old head removed."""
    row = _end(run, session, "success")
    row.type_id = run.data["type_id"]
    data = {"store": run.data["source"]}
    sagas.begin(run.context, session, kinds.DROP, subject_id=row.id, data=data)


def fail(run: Run, session: Session) -> None:
    """Leave it where it was, and say why."""
    _end(run, session, "error").error = run.error


def _end(run: Run, session: Session, migration_status: str) -> VolumeRow:
    row = session.get_one(VolumeRow, run.subject_id, with_for_update=True)
    row.status, row.migration_status = resting(session, row.id), migration_status
    row.reference, row.updated_at = "", run.context.now()
    turns.give(run, session, row.id)
    return row


_TURN, *_SEALING = sealed.steps(_keep)

SAGA = Saga(
    kinds.MOVE,
    [
        _TURN,
        Step("close", close),
        *_SEALING,
        Step("copy", copy),
        Step("make", make, undo=unmake),
        Step("switch", switch, undo=switch_back),
    ],
    succeed=succeed,
    fail=fail,
)
