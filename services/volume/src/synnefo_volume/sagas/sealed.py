# SPDX-License-Identifier: Apache-2.0
"""Steps that make a content of what a volume holds, whoever writes it meanwhile.

The saga says in ``data["source_volume_id"]`` which volume; with none they do nothing. What they made is in
``data["reference"]``, and kept by whoever asked before the next saga may seal again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_blocks import volumes
from synnefo_core.contracts.storage import Fenced, Storage
from synnefo_core.contracts.volumes import epochs_of
from synnefo_core.errors import Conflict, NotFound
from synnefo_core.sagas import Run, Step, Wait
from synnefo_volume.engine import storage_of
from synnefo_volume.models import AttachmentRow, VolumeRow
from synnefo_volume.rows import VOLUME
from synnefo_volume.sagas import turns

AGAIN_S = 0.2

Keep = Callable[[Run, Session, str], None]
"""Writes the reference where it is a root."""


def steps(keep: Keep) -> tuple[Step, ...]:
    """Return the steps; ``keep`` is called when the content is there."""

    def seal(run: Run) -> Mapping[str, Any] | None:
        if not volume_of(run):
            return None
        cloud, volume_id = run.context.cloud, volume_of(run)
        reference = volumes.seal_layers(
            storage_of_run(run), cloud.offload, volume_id, run.data["layer"]
        )
        with run.context.unit_of_work() as session:
            keep(run, session, str(reference))
        return {"reference": str(reference)}

    return (
        Step("take_turn", take_turn, undo=give_turn),
        Step("look", look),
        Step("freeze", freeze),
        Step("seal", seal),
    )


def volume_of(run: Run) -> str:
    """Return the volume that is worked on; empty for none."""
    return str(run.data.get("source_volume_id", ""))


def take_turn(run: Run) -> Wait | None:
    """Wait until no other saga works on the volume."""
    return turns.take(run, volume_of(run)) if volume_of(run) else None


def give_turn(run: Run) -> None:
    """Let others work on it."""
    with run.context.unit_of_work() as session:
        turns.give(run, session, volume_of(run))


def look(run: Run) -> Mapping[str, Any] | None:
    """Remember which head is the top, so that it is frozen once."""
    if not volume_of(run):
        return None
    return {"layer": volumes.show(storage_of_run(run), volume_of(run)).top}


def freeze(run: Run) -> Wait | None:
    """Have it frozen, by its writer if it has one."""
    if not volume_of(run):
        return None
    offload = run.context.cloud.offload
    if offload.run(volumes.freeze, storage_of_run(run), volume_of(run), run.data["layer"]):
        return None
    return await_writer(run)


def await_writer(run: Run) -> Wait:
    """Leave the writer of the volume its time, then take over from it.

    Raises:
        Conflict: It does not answer, and the volume is attached.
    """
    since = run.data.get("asked_at") or run.context.now()
    if run.context.now() - since > run.context.cloud.config.volume.writer_timeout_s:
        take_over(run, volume_of(run))
        return Wait(AGAIN_S, {"asked_at": 0.0})
    return Wait(AGAIN_S, {"asked_at": since})


def take_over(run: Run, volume_id: str) -> None:
    """End a writer that does not answer, if the volume is attached to nothing.

    Raises:
        Conflict: It is attached: its writer is to answer.
    """
    with run.context.unit_of_work() as session:
        row = session.get(VolumeRow, volume_id, with_for_update=True)
        if row is None:
            raise NotFound(VOLUME, volume_id)
        if row.server_id or is_attached(session, volume_id):
            msg = "the node that has the volume open does not answer"
            raise Conflict(msg)
        row.generation += 1
        generation, store = row.generation, row.store
    cloud = run.context.cloud
    section, epoch = cloud.config.volume, epochs_of(generation).start
    terms = volumes.LeaseTerms(section.lease_s, section.lease_margin_s)
    cloud.offload.run(_close, storage_of(cloud, store), volume_id, epoch, terms)


def is_attached(session: Session, volume_id: str) -> bool:
    """Say whether somebody has a right to use a volume."""
    used = select(AttachmentRow.id).where(AttachmentRow.volume_id == volume_id)
    return session.scalar(used.limit(1)) is not None


def _close(storage: Storage, name: str, epoch: int, terms: volumes.LeaseTerms) -> None:
    try:
        volumes.open_volume(storage, name, epoch=epoch, terms=terms).close()
    except Fenced:
        # Somebody was quicker, and is looked at again.
        return


def storage_of_run(run: Run) -> Storage:
    """Return the store of the volume that is worked on.

    Raises:
        NotFound: The volume is gone.
    """
    volume_id = volume_of(run)
    with run.context.reading() as session:
        store = session.scalar(select(VolumeRow.store).where(VolumeRow.id == volume_id))
    if store is None:
        raise NotFound(VOLUME, volume_id)
    return storage_named(run, store)


def storage_named(run: Run, store: str) -> Storage:
    """Return a store of volumes."""
    return storage_of(run.context.cloud, store)
