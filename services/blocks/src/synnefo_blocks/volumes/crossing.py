# SPDX-License-Identifier: Apache-2.0
"""Move a volume to another store as its writer, while it is read and written.

Whatever dies at whatever moment: the volume is in one of the two stores, and holds everything that was
flushed. See :mod:`synnefo_blocks.volumes.moving`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from synnefo_blocks.volumes import catalog, moving
from synnefo_blocks.volumes.lease import Lease, LeaseTerms
from synnefo_blocks.volumes.mirror import Mirror
from synnefo_blocks.volumes.opening import loaded
from synnefo_blocks.volumes.record import VolumeRecord
from synnefo_blocks.volumes.volume import Held, Volume
from synnefo_core.clock import Clock
from synnefo_core.contracts.storage import CLUSTER_BYTES, Fenced, Storage, StorageUnavailable

TELL_EVERY_S = 1.0
PAUSE_S = 0.0005
"""So long who waits to write is let in between two pieces."""


def pause() -> None:
    """Let others write."""
    time.sleep(PAUSE_S)


@dataclass(frozen=True)
class Destination:
    """Where a volume moves to.

    Attributes:
        store: The store's name.
        storage: The store, which expects the volume.
        terms: How long a lease is there.
    """

    store: str
    storage: Storage
    terms: LeaseTerms


@dataclass(frozen=True)
class Crossed:
    """What a move took.

    Attributes:
        copied_bytes: What was copied, beside what was sealed.
        frozen_s: So many seconds writers waited at its end.
    """

    copied_bytes: int
    frozen_s: float


def cross(
    volume: Volume,
    to: Destination,
    *,
    clock: Clock | None = None,
    between: Callable[[], None] = pause,
) -> Crossed:
    """Move a volume that is open; on return it is the same object, in the other store.

    Args:
        volume: The volume.
        to: Where to.
        clock: For tests.
        between: Called between two pieces, while anybody may write.

    Raises:
        Fenced: It has another writer, or it can't be known where it is: nothing is written any more.
        NoSuchThing: It is not expected there.
        StorageError: It is where it was, and goes on there.
    """
    clock = clock or Clock()
    record = moving.arrive(
        to.storage, volume.name, epoch=volume.epoch, size_bytes=volume.size_bytes
    )
    draft = _Draft(volume.name, to, record, clock)
    with volume.held() as view:
        if (view.base.reference, volume.size_bytes) != (record.base, record.size_bytes):
            raise StorageUnavailable(f"volume {volume.name} changes: it is not moved yet")
        volume.mirror = mirror = Mirror(view, draft.other)
    copied_bytes = mirror.left_clusters * CLUSTER_BYTES
    try:
        _copy(volume, draft, mirror, between)
        draft.other.flush()
        frozen_s = volume.cross(
            draft.held, ready=lambda: draft.finish(mirror), how=_leaving(volume, to.store)
        )
    finally:
        volume.mirror = None
    return Crossed(copied_bytes, frozen_s)


def _copy(volume: Volume, draft: _Draft, mirror: Mirror, between: Callable[[], None]) -> None:
    """Copy all that is missing."""
    told_at, is_more = draft.clock.monotonic(), True
    draft.tell(mirror.left_clusters * CLUSTER_BYTES)
    while is_more:
        with volume.held() as view:
            is_more = mirror.copy_some(view)
        between()
        if draft.clock.monotonic() - told_at >= TELL_EVERY_S:
            told_at = draft.clock.monotonic()
            # Little is left for the last one, which everybody waits for.
            draft.other.flush()
            draft.tell(mirror.left_clusters * CLUSTER_BYTES)


def _leaving(volume: Volume, store: str) -> catalog.Change:
    def how(now: VolumeRecord) -> VolumeRecord:
        if now.moved_to == store and now.epoch == volume.epoch:
            return now
        if now.epoch != volume.epoch:
            raise Fenced(f"volume {volume.name} is at epoch {now.epoch}, not {volume.epoch}")
        if now.wanted_store != store:
            raise moving.NotWanted(f"volume {volume.name} is to stay where it is")
        return moving.left(now, store)

    return how


class _Draft:
    """What becomes the volume in the other store."""

    def __init__(self, name: str, to: Destination, record: VolumeRecord, clock: Clock) -> None:
        self._name, self._to, self._record, self.clock = name, to, record, clock
        is_needed = not to.storage.properties.enforces_fencing
        self._lease = Lease(name, to.terms, clock, is_needed=is_needed)
        view = loaded(to.storage, name, record)
        # Nobody takes a draft for the volume, so nobody is kept from writing it.
        free = Lease(name, to.terms, clock, is_needed=False)
        self.other = Volume(to.storage, name, record=record, view=view, lease=free)
        self.held = Held(to.storage, record, view, self._lease)

    def tell(self, left_bytes: int) -> None:
        """Say how much is still to come.

        Raises:
            Fenced: Another draft has begun.
        """
        self._changed(lambda now: replace(now, coming_bytes=left_bytes))

    def finish(self, mirror: Mirror) -> None:
        """Have everything there durably, and begin the right to write it."""
        mirror.require_good()
        self.other.flush()
        began = self._lease.begin()
        self._changed(lambda now: now)
        self._lease.extend(began)

    def _changed(self, how: Callable[[VolumeRecord], VolumeRecord]) -> None:
        def ours(now: VolumeRecord) -> VolumeRecord:
            if (now.epoch, now.top) != (self._record.epoch, self._record.top):
                raise Fenced(f"volume {self._name} is moved by another writer")
            return how(now)

        catalog.change(self._to.storage, self._name, ours, read=catalog.recorded)
