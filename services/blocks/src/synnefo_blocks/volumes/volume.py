# SPDX-License-Identifier: Apache-2.0
"""A volume as its one writer has it open.

Source: docs/design/blocks-format.rst, "Volumes".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from synnefo_blocks.volumes import catalog, moving
from synnefo_blocks.volumes.base import Base
from synnefo_blocks.volumes.lease import Lease
from synnefo_blocks.volumes.mirror import Mirror
from synnefo_blocks.volumes.overlay import LARGEST_BYTES, Overlay, Run, clusters_in
from synnefo_blocks.volumes.record import Layer, VolumeRecord, head_name
from synnefo_blocks.volumes.states import BASE, FIRST_SLOT, SLOTS, ZERO, runs, runs_of, set_run
from synnefo_blocks.volumes.view import Part, View
from synnefo_core.contracts.storage import (
    CLUSTER_BYTES,
    Fenced,
    NoSuchThing,
    Storage,
    StorageError,
    StorageUnavailable,
)

Seen = TypeVar("Seen")

MOST_FORGOTTEN = 4096
"""So many runs of discarded clusters wait for a flush; then one is made."""

MOST_LAYERS = 64
"""So many snapshots of a volume may wait to be sealed."""


LEAVING_ATTEMPTS = 5
"""So often a store is asked whether a volume has left it before its writer gives up."""


class TooManyLayers(StorageError):
    """Snapshots are taken faster than they are sealed."""


@dataclass(frozen=True)
class Held:
    """What a writer has of a volume."""

    storage: Storage
    record: VolumeRecord
    view: View
    lease: Lease


class Volume:
    """A disk: any range may be read and written, by several threads at once.

    What was written is durable after :meth:`flush`. Whoever holds it calls :meth:`renew` every
    :attr:`renew_every_s`, else it stops at the end of its lease.
    """

    def __init__(
        self, storage: Storage, name: str, *, record: VolumeRecord, view: View, lease: Lease
    ) -> None:
        """See :func:`open_volume`."""
        self._storage, self.name = storage, name
        self._heads = catalog.heads_of(storage)
        self._record, self._view, self._lease = record, view, lease
        self._asked = record
        self._lock = threading.RLock()
        self._flush_lock = threading.Lock()
        self._renew_lock = threading.Lock()
        self._unsettled: list[tuple[int, Overlay]] = []
        self._is_entering = False
        self.mirror: Mirror | None = None
        """What gets all that is written, too; changed in :meth:`held`."""

    @property
    def size_bytes(self) -> int:
        """The size of the volume."""
        return self._record.size_bytes

    @property
    def epoch(self) -> int:
        """The number of this writer."""
        return self._record.epoch

    @property
    def renew_every_s(self) -> float:
        """How often whoever holds the volume calls :meth:`renew`, in seconds."""
        return self._lease.renew_every_s

    def read(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes; zeros where nothing was written.

        Raises:
            ValueError: The range is not within the volume.
            Corrupt: Something that the volume is made of is damaged or missing.
            StorageUnavailable: The store did not answer.
        """
        self._require_within(offset, length)
        if not length:
            return b""
        try:
            return self._view.read(offset, length)
        except (NoSuchThing, KeyError):
            return self._seen(View.read, offset, length)

    def parts(self, offset: int, length: int) -> Sequence[Part]:
        """Return a range in pieces, those beneath in files that nobody changes.

        None where they are not in files that are open: :meth:`read` it then.

        Raises: as :meth:`read` does.
        """
        self._require_within(offset, length)
        return self._seen(View.parts, offset, length)

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Write; durable after the next :meth:`flush`. Of a cluster at each end the rest is copied.

        Raises:
            ValueError: The range is not within the volume.
            Fenced: There is another writer, or there may be; nothing is acknowledged.
            StorageFull: Part of it may have been written.
        """
        self._require_within(offset, len(data))
        if not len(data):
            return
        with self._lock:
            self._lease.check()
            self._write(offset, data)
            self._lease.check()

    def zero(self, offset: int, length: int) -> None:
        """Let a range read as zeros; whole clusters take no space after the next flush.

        Raises: as :meth:`write` does.
        """
        self._require_within(offset, length)
        end = offset + length
        first = clusters_in(offset)
        stop = clusters_in(end) if end == self.size_bytes else end // CLUSTER_BYTES
        if first >= stop:
            self._write_zeros(offset, length)
            return
        with self._lock:
            self._lease.check()
            self._write_zeros(offset, first * CLUSTER_BYTES - offset)
            self._write_zeros(stop * CLUSTER_BYTES, end - stop * CLUSTER_BYTES)
            waiting = self._forget(first, stop)
        if waiting > MOST_FORGOTTEN:
            self.flush()

    def present(self, offset: int, length: int) -> Iterator[tuple[int, bool]]:
        """Yield (length, whether something may be there) of the parts of a range, in order."""
        self._require_within(offset, length)
        view, first = self._view, offset // CLUSTER_BYTES
        for begin, stop, state in runs(view.states[first : clusters_in(offset + length)]):
            start = max(offset, (first + begin) * CLUSTER_BYTES)
            end = min(offset + length, (first + stop) * CLUSTER_BYTES)
            held = end if state > ZERO else min(end, max(start, view.base.size_bytes))
            held = start if state == ZERO else held
            yield from (
                (part, is_) for part, is_ in ((held - start, True), (end - held, False)) if part
            )

    def flush(self) -> None:
        """Make durable what was written before.

        Raises:
            Fenced: There is another writer, or there may be: what was written is not promised.
            StorageError: As :meth:`HeadStore.flush` says.
        """
        with self._flush_lock:
            self._flush()

    def grow(self, size_bytes: int) -> None:
        """Make the volume larger; what is new reads as zeros. Durable when this returns.

        Raises:
            ValueError: It would get smaller, or too large.
        """
        with self._flush_lock, self._lock:
            if not self.size_bytes <= size_bytes <= LARGEST_BYTES:
                raise ValueError(
                    f"volume {self.name} of {self.size_bytes} bytes cannot have {size_bytes}"
                )
            self._flush()
            view = self._view
            if self.mirror is not None:
                self.mirror.fail("the volume grows")
            view.top.grow(size_bytes)
            self._change(lambda record: replace(record, size_bytes=size_bytes))
            view.states.extend(bytes((BASE,)) * (clusters_in(size_bytes) - len(view.states)))

    def freeze(self) -> int:
        """Keep what the volume holds now as a layer, and write on over it; return its number.

        Consistent: everything that returned before this call is in the layer, nothing that is
        begun after it returned. Writers wait for one change of the record.

        Raises:
            TooManyLayers: So many wait to be sealed.
        """
        with self._flush_lock:
            self._flush()
            number = self._record.top
            slot = self._free_slot()
            top = self._new_top(number + 1)
            with self._lock:
                old = self._view.top
                old.narrow(self._still_zero)
                self._change(lambda record: _frozen(record, number))
                view = self._view
                self._unsettled.append((number, old))
                self._view = replace(view, overlays={**view.overlays, slot: top}, slot=slot)
            self._flush()
            return number

    def renew(self) -> None:
        """Ask the store whether this still is the writer; take notice of what others did.

        That is layers that were sealed, and wishes: see :attr:`is_asked`.

        Raises:
            Fenced: It is not; nothing is written any more.
            StorageUnavailable: The store did not answer; the lease runs on.
        """
        with self._renew_lock:
            began = self._lease.begin()
            record = self._require_ours(self._shown())
            self._lease.extend(began)
            self._asked = record
            if record.sealed != self._record.sealed:
                self._rebase()

    @property
    def is_asked(self) -> bool:
        """Whether, at the last :meth:`renew`, somebody wished what :meth:`obey` does."""
        wished, now = self._asked, self._record
        return replace(wished, top=now.top, size_bytes=now.size_bytes).is_asked

    def obey(self) -> None:
        """Freeze and grow as was wished. Takes as long as a flush: not where renewals wait for it.

        Raises: as :meth:`freeze` and :meth:`grow` do.
        """
        if self._asked.wanted_bytes > self.size_bytes:
            self.grow(self._asked.wanted_bytes)
        if self._asked.wanted_top > self._record.top:
            self.freeze()

    @property
    def wanted_store(self) -> str:
        """The store that somebody, at the last :meth:`renew`, wished the volume to be moved to."""
        return self._asked.wanted_store

    @contextmanager
    def held(self) -> Iterator[View]:
        """Run while nobody writes; yields where everything is.

        Raises:
            Fenced: There is another writer, or there may be.
        """
        with self._lock:
            self._lease.check()
            yield self._view

    def cross(self, there: Held, *, ready: Callable[[], None], how: catalog.Change) -> float:
        """Go on in another store, as its writer; return for how many seconds writers waited.

        Args:
            there: The volume as it is there.
            ready: Called while nobody writes; what it raises ends the attempt.
            how: The change of the record here by which the volume is there.

        Raises:
            Fenced: There is another writer, or nobody knows where the volume is.
        """
        with self._renew_lock, self._flush_lock, self._lock:
            began = time.monotonic()
            self._lease.check()
            ready()
            self._leave_store(how)
            self._storage, self._heads = there.storage, catalog.heads_of(there.storage)
            self._record, self._view, self._lease = there.record, there.view, there.lease
            self._asked, self._unsettled, self.mirror = there.record, [], None
            self._is_entering = True
            took_s = time.monotonic() - began
        with suppress(StorageUnavailable):
            self.renew()
        return took_s

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Run with everything durable, and nobody writing, flushing or freezing.

        Another process may :func:`adopt` the volume in here; :meth:`leave` it then.
        """
        with self._flush_lock, self._lock:
            self._flush()
            yield

    def leave(self) -> None:
        """Write nothing more, without closing: another process goes on under the same epoch."""
        with self._lock:
            self._lease.end()

    def close(self) -> None:
        """Flush, and let the next writer begin without waiting. Closing twice is no error."""
        with self._flush_lock, suppress(Fenced):
            self._flush()
            with self._lock:
                self._change(lambda record: replace(record, is_open=False))
                self._lease.end()

    def _seen(self, look: Callable[[View, int, int], Seen], offset: int, length: int) -> Seen:
        while True:
            view = self._view
            try:
                return look(view, offset, length)
            except (NoSuchThing, KeyError):
                # A layer went into the base meanwhile.
                if view is self._view:
                    raise

    def _write(self, offset: int, data: bytes | memoryview) -> None:
        view, end = self._view, offset + len(data)
        first, stop = offset // CLUSTER_BYTES, clusters_in(end)
        if stop - first == 1 and view.states[first] == view.slot:
            view.top.write(offset, data)
        else:
            offset, data = self._with_rest(offset, data)
            view.top.write(offset, data)
            set_run(view.states, first, stop, view.slot)
        if (mirror := self.mirror) is not None:
            mirror.wrote(view, offset, data)

    def _with_rest(self, offset: int, data: bytes | memoryview) -> tuple[int, bytes | memoryview]:
        """Return what to write, so that clusters that the top does not have get all their content."""
        view, end = self._view, offset + len(data)
        first, last = offset // CLUSTER_BYTES, (end - 1) // CLUSTER_BYTES
        start = first * CLUSTER_BYTES
        length = min(CLUSTER_BYTES, self.size_bytes - start)
        if first == last and start < offset and end < start + length:
            # One look at what lies beneath takes half the time of two.
            whole = memoryview(view.read(start, length))
            return start, b"".join((whole[: offset - start], data, whole[end - start :]))
        before = b"" if view.states[first] == view.slot else self._rest_before(offset)
        behind = b"" if view.states[last] == view.slot else self._rest_behind(end)
        if before or behind:
            data = b"".join((before, data, behind))
        return offset - len(before), data

    def _rest_before(self, offset: int) -> bytes:
        length = offset % CLUSTER_BYTES
        return self._view.read(offset - length, length) if length else b""

    def _rest_behind(self, end: int) -> bytes:
        length = min(-end % CLUSTER_BYTES, self.size_bytes - end)
        return self._view.read(end, length) if length else b""

    def _write_zeros(self, offset: int, length: int) -> None:
        """Write zeros to less than two clusters, unless they are there."""
        while length > 0:
            part = min(length, CLUSTER_BYTES - offset % CLUSTER_BYTES)
            with self._lock:
                self._lease.check()
                if self._view.states[offset // CLUSTER_BYTES] != ZERO:
                    self._write(offset, bytes(part))
            offset, length = offset + part, length - part

    def _forget(self, first: int, stop: int) -> int:
        view, waiting = self._view, 0
        view.top.hide(first, min(stop, self._beneath(view)))
        for begin, end in list(runs_of(view.states, view.slot, first, stop)):
            waiting = view.top.forget(begin, end)
        set_run(view.states, first, stop, ZERO)
        if (mirror := self.mirror) is not None:
            mirror.forgot(view, first, stop)
        return waiting

    def _beneath(self, view: View) -> int:
        """Return before which cluster something may lie under the top."""
        layers = (over.size_bytes for slot, over in view.overlays.items() if slot != view.slot)
        return clusters_in(max(view.base.size_bytes, *layers, 0))

    def _still_zero(self, run: Run) -> Iterator[Run]:
        """Yield what of a run was not written again; writers wait meanwhile."""
        with self._lock:
            yield from list(runs_of(self._view.states, ZERO, *run))

    def _flush(self) -> None:
        self._lease.check()
        while self._unsettled:
            number, old = self._unsettled[0]
            old.flush(lambda run: iter((run,)), self._lock)
            self._change(partial(_settled, number=number))
            self._unsettled.pop(0)
        self._view.top.flush(self._still_zero, self._lock)
        self._lease.check()

    def _free_slot(self) -> int:
        view = self._view
        if len(view.overlays) > MOST_LAYERS:
            raise TooManyLayers(f"{len(view.overlays)} layers of volume {self.name} are not sealed")
        return next(slot for slot in range(FIRST_SLOT, SLOTS) if slot not in view.overlays)

    def _new_top(self, number: int) -> Overlay:
        catalog.fresh_head(
            self._heads, self.name, number, size_bytes=self.size_bytes, epoch=self.epoch
        )
        name = head_name(self.name, number)
        return Overlay(self._heads, name, epoch=self.epoch, size_bytes=self.size_bytes)

    def _rebase(self) -> None:
        """Go over to a base into which layers went, and remove their heads."""
        base = Base(self._storage, self._shown().base)
        with self._flush_lock, self._lock:
            record = self._require_ours(self._shown())
            if record.base != base.reference:
                return  # and again; the next renewal sees it
            kept = {head_name(self.name, layer.number) for layer in record.layers}
            view = self._view
            gone = [
                slot
                for slot, overlay in view.overlays.items()
                if slot != view.slot and overlay.name not in kept
            ]
            table = bytearray(range(256))
            for slot in gone:
                table[slot] = BASE
            overlays = {slot: over for slot, over in view.overlays.items() if slot not in gone}
            states = view.states.translate(table)
            self._record = record
            self._view = View(states, overlays, view.slot, base)
        catalog.remove_waste(self._storage, self.name)

    def _leave_store(self, how: catalog.Change) -> None:
        """Change the record for the last time. If nobody knows whether it was, nobody may write."""
        for _ in range(LEAVING_ATTEMPTS):
            with suppress(StorageUnavailable):
                catalog.change(self._storage, self.name, how, read=catalog.recorded)
                return
        self._lease.end()
        raise Fenced(f"it is not known where volume {self.name} is")

    def _shown(self) -> VolumeRecord:
        try:
            record = catalog.recorded(self._storage, self.name)
            if self._is_entering and record.epoch == self.epoch:
                record = moving.enter(self._storage, self.name)
                self._is_entering = False
        except NoSuchThing:
            record = None
        if record is None or not record.is_here:
            self._lease.end()
            raise Fenced(f"volume {self.name} is gone") from None
        return record

    def _require_ours(self, record: VolumeRecord) -> VolumeRecord:
        if record.epoch != self.epoch:
            self._lease.end()
            raise Fenced(f"volume {self.name} is at epoch {record.epoch}, not {self.epoch}")
        return record

    def _change(self, how: catalog.Change) -> None:
        if self._is_entering:
            self._shown()
        changed = catalog.change(self._storage, self.name, lambda now: how(self._require_ours(now)))
        # What was sealed meanwhile is taken notice of by renew.
        self._record = replace(changed, base=self._record.base, sealed=self._record.sealed)

    def _require_within(self, offset: int, length: int) -> None:
        if offset < 0 or length < 0 or offset + length > self._record.size_bytes:
            raise ValueError(f"{length} bytes at {offset} are not within {self.size_bytes}")


def _frozen(record: VolumeRecord, number: int) -> VolumeRecord:
    """Make the top a layer, unless an earlier call did and never heard of it."""
    if record.top > number:
        return record
    layers = (*record.layers, Layer(number, is_settled=False))
    return replace(record, layers=layers, top=number + 1)


def _settled(record: VolumeRecord, *, number: int) -> VolumeRecord:
    layers = tuple(
        replace(each, is_settled=True) if each.number == number else each for each in record.layers
    )
    return replace(record, layers=layers)
