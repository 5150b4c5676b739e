# SPDX-License-Identifier: Apache-2.0
"""Becoming the writer of a volume.

Source: docs/design/blocks-format.rst, "Volumes".
"""

from __future__ import annotations

from dataclasses import replace

from synnefo_blocks.volumes import catalog
from synnefo_blocks.volumes.base import Base
from synnefo_blocks.volumes.lease import Lease, LeaseTerms
from synnefo_blocks.volumes.overlay import Overlay, clusters_in
from synnefo_blocks.volumes.record import VolumeRecord, head_name
from synnefo_blocks.volumes.states import FIRST_SLOT
from synnefo_blocks.volumes.view import View
from synnefo_blocks.volumes.volume import Volume
from synnefo_core.clock import Clock
from synnefo_core.contracts.storage import Fenced, Storage


def open_volume(
    storage: Storage,
    name: str,
    *,
    epoch: int,
    terms: LeaseTerms | None = None,
    clock: Clock | None = None,
) -> Volume:
    """Open a volume for writing; every writer before is refused from now on.

    Where the store does not enforce that and the writer before did not close, this waits until it
    has stopped by itself (``terms.wait_s``).

    Args:
        storage: Where the volume is.
        name: Its name.
        epoch: The number of this writer: larger than that of every one before.
        terms: How long a lease is; the same for all who use the store.
        clock: For tests.

    Raises:
        NoSuchThing: There is no such volume.
        Fenced: There was a writer with this epoch or a later one.
        Corrupt: What the volume is made of is damaged or missing.
    """
    terms, clock = terms or LeaseTerms(), clock or Clock()
    is_enforced = storage.properties.enforces_fencing
    before, record = _take(storage, name, epoch)
    if before.is_open and not is_enforced:
        clock.wait(terms.wait_s)
    _advance(storage, name, record)
    record = catalog.change(storage, name, lambda now: _all_settled(now, epoch))
    view = loaded(storage, name, record)
    catalog.remove_waste(storage, name)
    lease = Lease(name, terms, clock, is_needed=not is_enforced)
    volume = Volume(storage, name, record=record, view=view, lease=lease)
    volume.renew()
    return volume


def adopt(
    storage: Storage,
    name: str,
    *,
    epoch: int,
    terms: LeaseTerms | None = None,
    clock: Clock | None = None,
) -> Volume:
    """Go on with a volume that another process of the same writer has open and holds.

    See :meth:`Volume.paused`; nothing may be written before the other one has left it.

    Raises:
        Fenced: The epoch is not the volume's, or nobody has it open.
        Corrupt: What the volume is made of is damaged or missing.
    """
    record = catalog.show(storage, name)
    if record.epoch != epoch or not record.is_open:
        raise Fenced(f"volume {name} is not open at epoch {epoch}")
    view = loaded(storage, name, record)
    is_needed = not storage.properties.enforces_fencing
    lease = Lease(name, terms or LeaseTerms(), clock or Clock(), is_needed=is_needed)
    volume = Volume(storage, name, record=record, view=view, lease=lease)
    volume.renew()
    return volume


def _take(storage: Storage, name: str, epoch: int) -> tuple[VolumeRecord, VolumeRecord]:
    """Say who writes from now on; return the record before and after."""
    seen: list[VolumeRecord] = []

    def taken(now: VolumeRecord) -> VolumeRecord:
        seen.append(now)
        return _taken(now, name, epoch)

    record = catalog.change(storage, name, taken)
    return seen[-1], record


def _taken(record: VolumeRecord, name: str, epoch: int) -> VolumeRecord:
    if record.epoch >= epoch:
        raise Fenced(f"volume {name} is at epoch {record.epoch}: {epoch} comes too late")
    return replace(record, epoch=epoch, is_open=True)


def _all_settled(record: VolumeRecord, epoch: int) -> VolumeRecord:
    """Whatever was not flushed is lost by now, so what is there is what the layers are."""
    if record.epoch != epoch:
        raise Fenced(f"another writer took over with epoch {record.epoch}")
    return replace(record, layers=tuple(replace(each, is_settled=True) for each in record.layers))


def _advance(storage: Storage, name: str, record: VolumeRecord) -> None:
    """Have the store refuse older writers at the heads that they may still write to."""
    heads = catalog.heads_of(storage)
    unsettled = [layer.number for layer in record.layers if not layer.is_settled]
    for number in (*unsettled, record.top):
        head = heads.show(head_name(name, number))
        if head.epoch < record.epoch:
            heads.advance(head.name, expected=head.epoch, epoch=record.epoch)


def loaded(storage: Storage, name: str, record: VolumeRecord, *, is_written: bool = True) -> View:
    """Return where everything is that a record speaks of.

    Whoever does not write it must say so: a store lends a head to one writer, who then knows of
    no other one.
    """
    heads = catalog.heads_of(storage)
    states = bytearray(clusters_in(record.size_bytes))
    overlays = {}
    numbers = (*(layer.number for layer in record.layers), record.top)
    for slot, number in enumerate(numbers, FIRST_SLOT):
        overlays[slot] = Overlay.opened(
            heads,
            head_name(name, number),
            epoch=record.epoch,
            is_top=is_written and number == record.top,
        )
        overlays[slot].load(states, slot)
    slot = FIRST_SLOT + len(numbers) - 1
    return View(states, overlays, slot, Base(storage, record.base))
