# SPDX-License-Identifier: Apache-2.0
"""The disks that servers have of their own: volumes with their servers' ids, which no list shows.

A request reserves what is to be done, in its unit of work; the sagas of the server do it, in steps of
theirs whose subject is the server. Each may be called again after it was broken off.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.contracts.volumes import Ticket
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Wait
from synnefo_volume import kinds, sources, states, tickets
from synnefo_volume.engine import GIB, store_for_disks
from synnefo_volume.models import VolumeRow
from synnefo_volume.rows import VOLUME
from synnefo_volume.sagas import create_volume, extend_volume, revert_volume, sealed, turns
from synnefo_volume.sources import Source
from synnefo_volume.values import VolumeSpec
from synnefo_volume.volumes import new_row


def has_own_disk(context: RequestContext, server_id: str) -> bool:
    """Say whether a server has a disk of its own."""
    with context.reading() as session:
        return session.get(VolumeRow, server_id) is not None


def reserve_own_disk(
    context: RequestContext, server_id: str, *, size_gib: int, image_id: str = ""
) -> str:
    """Write down that a server is to have a disk; return the store of its image, empty for none.

    Raises:
        Conflict: No store keeps such disks.
        InvalidField: The image cannot be a disk of this size.
        NotFound: The caller has no such image.
    """
    with context.unit_of_work() as session:
        spec = VolumeSpec(size_gib=size_gib, image_id=image_id)
        source = sources.find(context, session, spec)
        store = store_for_disks(context.cloud, source.store)
        row = new_row(context, spec, source, type_id="", store=store)
        row.id = row.server_id = server_id
        session.add(row)
        return source.store


def make_own_disk(run: Run, *, image_store: str) -> str:
    """Make the disk, and return a ticket that outdoes every one before."""
    told = replace(run, data={**run.data, "source_store": image_store})
    create_volume.copy(told)
    create_volume.make(told)
    with run.context.unit_of_work() as session:
        row = _locked(run, session)
        row.status, row.reference = states.AVAILABLE, ""
    return own_disk_ticket(run)


def own_disk_ticket(run: Run) -> str:
    """Return a signed ticket of a new generation: whoever had the disk is refused from its use on."""
    with run.context.unit_of_work() as session:
        row = _locked(run, session)
        row.generation += 1
        # Only the cloud removes it: a node that did would need no more than an old ticket.
        ticket = Ticket(
            volume=row.id,
            store=row.store,
            generation=row.generation,
            size_bytes=row.size_gib * GIB,
            instance=run.subject_id,
        )
    return tickets.sealed(run.context.cloud, ticket)


def remove_own_disk(run: Run) -> Wait | None:
    """Remove the disk once nobody works on it; a server that has none is no error."""
    if not has_own_disk(run.context, run.subject_id):
        return None
    try:
        wait = turns.take(run, run.subject_id)
    except NotFound:
        return None
    if wait is not None:
        return wait
    create_volume.remove(run)
    with run.context.unit_of_work() as session:
        session.delete(_locked(run, session))
    return None


def give_up_own_disk(context: RequestContext, server_id: str) -> None:
    """Have the worker remove the disk of a server that is forgotten by no saga of its own."""
    with context.unit_of_work() as session:
        row = session.get(VolumeRow, server_id, with_for_update=True)
        if row is not None and row.status != states.DELETING:
            row.status, row.updated_at = states.DELETING, context.now()
            sagas.begin(context, session, kinds.DELETE, subject_id=server_id)


def reserve_rewriting(context: RequestContext, server_id: str, image_id: str) -> str:
    """Write down what the disk of a server is to begin with again; return the store of that.

    Raises:
        InvalidField: The image cannot be a disk.
        NotFound: The caller has no such image, or the server no disk of its own.
    """
    with context.unit_of_work() as session:
        spec = VolumeSpec(image_id=image_id)
        source = sources.find(context, session, spec) if image_id else Source()
        row = _of(session, server_id)
        row.image_id, row.reference = image_id, source.reference
        row.image_metadata = dict(source.image_metadata)
        return source.store


def rewrite_own_disk(run: Run, *, image_store: str) -> Wait | None:
    """Let the disk of a server that is down begin with its image again; what it held is gone.

    Nobody else works on it until it is let go of.

    Raises:
        Conflict: The node that had it open does not give it back.
    """
    told = _working(run, source_store=image_store)
    wait = sealed.take_turn(told)
    if wait is None:
        create_volume.copy(told)
        wait = revert_volume.clear(told)
    return wait


def grow_own_disk(run: Run, *, size_gib: int) -> Wait | None:
    """Make the disk so large, if it is smaller; by its writer if it has one.

    Raises:
        Conflict: The node that has it open does not answer.
    """
    told = _working(run)
    wait = sealed.take_turn(told)
    if wait is not None:
        return wait
    with run.context.unit_of_work() as session:
        row = _locked(run, session)
        row.wanted_gib = max(size_gib, row.size_gib)
    wait = extend_volume.grow(told)
    if wait is None:
        with run.context.unit_of_work() as session:
            extend_volume.succeed(told, session)
    return wait


def let_go_of_own_disk(run: Run) -> None:
    """Let others work on the disk again, after a step that did not come to its end."""
    with run.context.unit_of_work() as session:
        turns.give(run, session, run.subject_id)
        row = session.get(VolumeRow, run.subject_id, with_for_update=True)
        if row is not None:
            row.wanted_gib, row.reference = 0, ""


def _working(run: Run, **data: str) -> Run:
    return replace(run, data={**run.data, "source_volume_id": run.subject_id, **data})


def _of(session: Session, server_id: str) -> VolumeRow:
    row = session.get(VolumeRow, server_id, with_for_update=True)
    if row is None:
        raise NotFound(VOLUME, server_id)
    return row


def _locked(run: Run, session: Session) -> VolumeRow:
    return _of(session, run.subject_id)
