# SPDX-License-Identifier: Apache-2.0
"""Move a volume to another store, in use or not.

What it holds is sealed and copied first, by its blocks. Then whoever writes it is asked to take what was
written since along, and goes on over there; of a volume that nobody writes the rest is sealed and copied, too.
The record in the old store says when it has moved (``synnefo_blocks.volumes.moving``); until then a move can be given up.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

from synnefo_blocks import Reference, collection, volumes
from synnefo_core import sagas
from synnefo_core.contracts.storage import NoSuchThing, Storage
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_volume import kinds
from synnefo_volume.attachments import resting
from synnefo_volume.models import VolumeRow
from synnefo_volume.sagas import sealed, turns


def _keep(run: Run, session: Session, reference: str) -> None:
    session.get_one(VolumeRow, run.subject_id, with_for_update=True).reference = reference


def copy(run: Run) -> Mapping[str, Any]:
    """Have what it holds in the other store."""
    _copy(run, run.data["reference"])
    # The writer has not been asked for what comes next.
    return {"asked_at": 0.0}


def _copy(run: Run, reference: str) -> None:
    source, target = run.data["source"], run.data["target"]
    sealed.storage_named(run, target)
    collection.copy(run.context.cloud, source, target, Reference.parse(reference))


def make(run: Run) -> None:
    """Have the other store expect it."""
    run.context.cloud.offload.run(_expect, run, run.data["reference"])


def _expect(run: Run, reference: str) -> None:
    record = volumes.recorded(_source(run), run.subject_id)
    if record.moved_to != run.data["target"]:
        volumes.expect(
            _target(run),
            run.subject_id,
            size_bytes=record.size_bytes,
            base=Reference.parse(reference),
            source=run.data["source"],
        )


def unmake(run: Run) -> None:
    """Have the other store expect nothing, unless the volume is there."""
    with run.context.reading() as session:
        is_looked_for = sealed.is_attached(session, run.subject_id)
    run.context.cloud.offload.run(_turn_away, run, is_looked_for)


def _turn_away(run: Run, is_looked_for: bool) -> None:
    target = _target(run)
    if _has_moved(run):
        return
    if not is_looked_for:
        volumes.delete(target, run.subject_id)
        return
    with suppress(NoSuchThing):
        volumes.turn_away(target, run.subject_id)


def hand_over(run: Run) -> Wait | None:
    """Have it be in the other store, by its writer if it has one."""
    offload = run.context.cloud.offload
    record = offload.run(volumes.recorded, _source(run), run.subject_id)
    if record.moved_to == run.data["target"]:
        offload.run(volumes.enter, _target(run), run.subject_id)
        return None
    if not record.is_open:
        return None if _move_closed(run, record) else Wait(sealed.AGAIN_S)
    if record.wanted_store != run.data["target"]:
        offload.run(volumes.ask_to_move, _source(run), run.subject_id, run.data["target"])
    draft = offload.run(volumes.recorded, _target(run), run.subject_id)
    if [draft.epoch, draft.coming_bytes] != run.data.get("coming"):
        told = {"asked_at": run.context.now(), "coming": [draft.epoch, draft.coming_bytes]}
        return Wait(sealed.AGAIN_S, told)
    return sealed.await_writer(run)


def _move_closed(run: Run, before: volumes.VolumeRecord) -> bool:
    """Seal and copy all that it holds; return whether nobody wrote meanwhile, and so it has moved."""
    cloud, name, source = run.context.cloud, run.subject_id, _source(run)
    if not cloud.offload.run(volumes.freeze, source, name, before.top):
        return False
    reference = str(volumes.seal_layers(source, cloud.offload, name, before.top))
    with run.context.unit_of_work() as session:
        _keep(run, session, reference)
    _copy(run, reference)
    cloud.offload.run(_expect, run, reference)
    seen = cloud.offload.run(volumes.recorded, source, name)
    if seen.is_open or (seen.epoch, seen.sealed) != (before.epoch, before.top):
        return False
    target: str = run.data["target"]
    if not volumes.move_closed(source, name, target, seen=seen):
        return False
    cloud.offload.run(volumes.enter, _target(run), name)
    return True


def stay(run: Run) -> None:
    """Ask its writer for nothing any more. If it has moved already, it stays there."""
    offload = run.context.cloud.offload
    with suppress(NoSuchThing):
        offload.run(volumes.forget_wishes, _source(run), run.subject_id)
    if not offload.run(_has_moved, run):
        return
    offload.run(volumes.enter, _target(run), run.subject_id)
    with run.context.unit_of_work() as session:
        row = session.get_one(VolumeRow, run.subject_id, with_for_update=True)
        row.store = run.data["target"]


def _has_moved(run: Run) -> bool:
    try:
        moved_to = volumes.recorded(_source(run), run.subject_id).moved_to
    except NoSuchThing:
        return False
    return bool(moved_to == run.data["target"])


def _source(run: Run) -> Storage:
    return sealed.storage_named(run, run.data["source"])


def _target(run: Run) -> Storage:
    return sealed.storage_named(run, run.data["target"])


def succeed(run: Run, session: Session) -> None:
    """Show where and of which type it is, and have what is left in the old store removed."""
    row = _end(run, session, "success")
    row.store, row.type_id, row.error = run.data["target"], run.data["type_id"], ""
    data = {"store": run.data["source"]}
    sagas.begin(run.context, session, kinds.DROP, subject_id=row.id, data=data)


def fail(run: Run, session: Session) -> None:
    """Leave it where it was, and say why; or where it is, if it was given up too late."""
    row = session.get_one(VolumeRow, run.subject_id, with_for_update=True)
    if row.store == run.data["target"]:
        succeed(run, session)
        return
    _end(run, session, "" if run.is_cancelled else "error").error = run.error


def _end(run: Run, session: Session, migration_status: str) -> VolumeRow:
    row = session.get_one(VolumeRow, run.subject_id, with_for_update=True)
    row.status, row.migration_status = resting(session, row.id), migration_status
    row.reference, row.updated_at = "", run.context.now()
    turns.give(run, session, row.id)
    return row


SAGA = Saga(
    kinds.MOVE,
    [
        *sealed.steps(_keep),
        Step("copy", copy),
        Step("make", make, undo=unmake),
        Step("hand_over", hand_over, undo=stay),
    ],
    succeed=succeed,
    fail=fail,
)
