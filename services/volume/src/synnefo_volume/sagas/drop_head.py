# SPDX-License-Identifier: Apache-2.0
"""Remove what a volume left behind in a store when it moved; tried until it works.

As long as it is attached, a record without data stays: the cluster looks for the volume where it was.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.orm import Session

from synnefo_blocks import volumes
from synnefo_core.contracts.storage import NoSuchThing
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_volume import kinds
from synnefo_volume.models import VolumeRow
from synnefo_volume.sagas import sealed, turns
from synnefo_volume.sagas.delete_volume import FOR_EVER


def take_turn(run: Run) -> Wait | None:
    """Wait until no other saga works on the volume: it may be moving back."""
    try:
        return turns.take(run, run.subject_id)
    except NotFound:
        return None


def drop(run: Run) -> None:
    """Remove the head, unless the volume is back."""
    with run.context.reading() as session:
        row = session.get(VolumeRow, run.subject_id)
        is_back = row is not None and row.store == run.data["store"]
        is_looked_for = sealed.is_attached(session, run.subject_id)
    if is_back:
        return
    storage = sealed.storage_named(run, run.data["store"])
    remove = volumes.remove_waste if is_looked_for else volumes.delete
    with suppress(NoSuchThing):
        run.context.cloud.offload.run(remove, storage, run.subject_id)


def end(run: Run, session: Session) -> None:
    """Let others work on the volume."""
    turns.give(run, session, run.subject_id)


SAGA = Saga(
    kinds.DROP,
    [
        Step("take_turn", take_turn, attempts=FOR_EVER),
        Step("drop", drop, attempts=FOR_EVER),
    ],
    succeed=end,
    fail=end,
)
