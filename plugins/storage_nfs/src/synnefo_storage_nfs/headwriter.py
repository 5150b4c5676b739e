# SPDX-License-Identifier: Apache-2.0
"""A head opened by its writer: it remembers what the disk does not have yet."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from synnefo_core.contracts.storage import Fenced, Head, StorageError, StorageUnavailable
from synnefo_storage_nfs import holes
from synnefo_storage_nfs.clusters import ClusterMap, Runs, absent_runs, clusters_in
from synnefo_storage_nfs.faults import explained
from synnefo_storage_nfs.files import Files, forget_cached, read_at, write_at
from synnefo_storage_nfs.headview import TRUST_S, HeadView


class Outdated(Exception):
    """The head on the disk is not the one that was opened: open it again."""


class HeadWriter(HeadView):
    """A head opened for one writer.

    The order that makes it safe: data, then (after the data is durable) the map that says
    that it is there, then (after the map is durable) the room of what was forgotten.
    """

    flags = os.O_RDWR

    def __init__(self, name: str, directory: Path, disk: Files, *, is_shared: bool) -> None:
        super().__init__(name, directory, is_shared=is_shared)
        # From here on only this writer changes the files.
        self._forgets = False
        if is_shared:
            forget_cached(self.data)
            forget_cached(self.map)
        self._disk = disk
        self._lock = threading.RLock()
        self._flush_lock = threading.Lock()
        self._clusters = ClusterMap(read_at(self.map, 0, self._count()), self._count())
        self._failure: StorageError | None = None
        self._looked_at = -math.inf
        self.is_retired = False
        self.is_unflushed = False
        self.users = 0

    def states(self, first: int, stop: int) -> bytes:
        return self._clusters.states(first, stop)

    def require_current(self, *, ask_server: bool) -> None:
        """Raise :class:`Outdated` when the head was changed by somebody else."""
        if not self.is_current(ask_server=ask_server):
            raise Outdated

    @contextmanager
    def holding(self, epoch: int) -> Iterator[None]:
        """Run with nobody else writing, if ``epoch`` is still the head's.

        Raises:
            Outdated: The head was changed by somebody else.
            Fenced: It has another epoch.
            StorageError: An earlier flush failed.
        """
        with self._lock:
            if self.is_retired or not self.is_current():
                raise Outdated
            if self.head.epoch != epoch:
                raise Fenced(f"head {self.head.name} is at epoch {self.head.epoch}, not {epoch}")
            if self._failure:
                raise self._failure
            yield

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Run with no write under way; afterwards this writer is outdated."""
        with self._lock:
            yield
            self.is_retired = True

    def write(self, epoch: int, offset: int, data: bytes | memoryview) -> None:
        with self.holding(epoch):
            self._write(offset, data)

    def write_on(self, epoch: int, offset: int, data: bytes | memoryview) -> None:
        """Write, and look only now and then whether ``epoch`` still is the head's.

        Raises:
            Outdated: It is not, or the head was changed: open it again.
            StorageError: An earlier flush failed.
        """
        with self._lock:
            now = time.monotonic()
            if now - self._looked_at > TRUST_S:
                if not self.is_current():
                    raise Outdated
                self._looked_at = now
            if self.is_retired or self.head.epoch != epoch:
                raise Outdated
            if self._failure:
                raise self._failure
            self._write(offset, data)

    def discard(self, epoch: int, offset: int, length: int) -> None:
        with self.holding(epoch):
            self.require_within(offset, length)
            unit, end = self.head.cluster_bytes, offset + length
            if offset % unit or (end % unit and end != self.head.size_bytes):
                raise ValueError(f"{length} bytes at {offset} are not whole clusters")
            if not length:
                return
            self.is_unflushed = True
            self._clusters.clear(offset // unit, clusters_in(end, unit))

    def flush(self, epoch: int) -> None:
        """Make durable what was written before.

        When the disk refuses, nobody knows which of the writes it lost, and a second flush would
        wrongly succeed: until the epoch advances, the writer gets the error again.
        """
        with self._flush_lock:
            with self.holding(epoch):
                if not self.is_unflushed:
                    return
                changes, cleared = self._taken()
            self._persist(changes, cleared)

    def resize(self, epoch: int, size_bytes: int, publish: Callable[[Head], None]) -> Head:
        """Change the size; ``publish`` replaces the record. This writer is outdated then.

        What is cut off is forgotten before the record says so: it cannot come back when the
        head grows again, whenever a crash comes.
        """
        with self._flush_lock, self.holding(epoch):
            if self.is_unflushed:
                self._persist(*self._taken())
            changed = replace(self.head, size_bytes=size_bytes)
            if size_bytes < self.head.size_bytes:
                self._cut(size_bytes)
            publish(changed)
            self.is_retired = True
            return changed

    def _count(self) -> int:
        return clusters_in(self.head.size_bytes, self.head.cluster_bytes)

    def _padding(self, start: int, end: int) -> tuple[int, int]:
        """Return how many zeros complete the new clusters before and behind a write.

        A new cluster is written whole: under it may lie what an earlier one left there.
        """
        unit = self.head.cluster_bytes
        before, behind = start % unit, -end % unit
        if self._clusters.has(start // unit):
            before = 0
        if self._clusters.has((end - 1) // unit):
            behind = 0
        return before, min(behind, self.head.size_bytes - end)

    def _write(self, offset: int, data: bytes | memoryview) -> None:
        length = len(data)
        self.require_within(offset, length)
        if not length:
            return
        unit, end = self.head.cluster_bytes, offset + length
        first, stop = offset // unit, clusters_in(end, unit)
        if self._clusters.has_all(first, stop):
            written = os.pwritev(self.data, (data,), offset)
            if written < length:
                write_at(self.data, offset + written, [memoryview(data)[written:]])
            self.is_unflushed = True
            return
        before, behind = self._padding(offset, end)
        write_at(self.data, offset - before, [bytes(before), data, bytes(behind)])
        self._clusters.mark(first, stop)
        self.is_unflushed = True

    def _taken(self) -> tuple[Mapping[int, bytes], Runs]:
        self.is_unflushed = False
        return self._clusters.take_changes()

    def _persist(self, changes: Mapping[int, bytes], cleared: Runs) -> None:
        try:
            self._disk.sync(self.data)
            for offset, page in changes.items():
                write_at(self.map, offset, [page])
            self._disk.sync(self.map)
        except OSError as fault:
            self._failure = StorageUnavailable(
                f"an earlier flush of head {self.head.name} failed ({fault.strerror}): "
                "what was written before may be lost"
            )
            raise explained(fault, f"head {self.head.name} was not flushed") from fault
        for first, stop in cleared:
            self._give_back(first, stop)

    def _give_back(self, first: int, stop: int) -> None:
        """Give back the room of clusters unless they were written again meanwhile."""
        unit = self.head.cluster_bytes
        with self._lock:
            for start, end in absent_runs(self.states(first, stop)):
                holes.punch(self.data, (first + start) * unit, (end - start) * unit)

    def _cut(self, size_bytes: int) -> None:
        os.truncate(self.map, clusters_in(size_bytes, self.head.cluster_bytes))
        self._disk.sync(self.map)
        if os.fstat(self.data).st_size > size_bytes:
            os.truncate(self.data, size_bytes)
            self._disk.sync(self.data)
