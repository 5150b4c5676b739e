# SPDX-License-Identifier: Apache-2.0
"""What a volume has of its own: a data head.

A head begins with the marks, one byte for each cluster of the volume: 1 says that nothing shines
through from beneath, even if the head does not have the cluster. So what was discarded takes no
space and reads as zeros. The data follow at :data:`MARKS_BYTES`.

Source: docs/design/blocks-format.rst, "Volumes".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from synnefo_blocks.volumes.states import ZERO, runs_of, set_run
from synnefo_core.contracts.storage import CLUSTER_BYTES, HeadStore

MARKS_BYTES = 1 << 30
LARGEST_BYTES = MARKS_BYTES * CLUSTER_BYTES
"""64 TiB: the largest volume whose marks have room."""

PAGE_BYTES = 4096
"""The marks are written in such pieces; one stands for 256 MiB of a volume."""

Run = tuple[int, int]
"""The first cluster, and the one after the last."""


def head_bytes(size_bytes: int) -> int:
    """Return the size of a data head for a volume."""
    return MARKS_BYTES + size_bytes


class Overlay:
    """One data head as opened for a volume. Its marks and forgotten clusters wait for a flush."""

    def __init__(
        self, heads: HeadStore, name: str, *, epoch: int, size_bytes: int, is_top: bool = True
    ) -> None:
        """Take a head of which nothing is known; :meth:`load` reads what is there.

        Args:
            heads: Where it is.
            name: Its name.
            epoch: That of the volume.
            size_bytes: That of the volume.
            is_top: Whether it is written to; a layer is not.
        """
        self._heads, self.name, self._epoch = heads, name, epoch
        self._lent = heads.lend(name, epoch=epoch if is_top else None)
        self.size_bytes = size_bytes
        self._marks = bytearray(clusters_in(size_bytes))
        self._dirty: set[int] = set()
        self._forgotten: list[Run] = []

    @classmethod
    def opened(cls, heads: HeadStore, name: str, *, epoch: int, is_top: bool = False) -> Overlay:
        """Return one for a head, as large as that is."""
        size_bytes = heads.show(name).size_bytes - MARKS_BYTES
        return cls(heads, name, epoch=epoch, size_bytes=size_bytes, is_top=is_top)

    def load(self, states: bytearray, slot: int) -> None:
        """Put what this head has over ``states``: :data:`ZERO` where it hides, else ``slot``."""
        runs = self._heads.present(self.name)
        for offset, length in runs:
            if offset < MARKS_BYTES:
                self._load_marks(offset, min(length, MARKS_BYTES - offset))
        for first, stop in runs_of(self._marks, 1, 0, len(self._marks)):
            set_run(states, first, stop, ZERO)
        for offset, length in runs:
            start, end = max(0, offset - MARKS_BYTES), offset + length - MARKS_BYTES
            if end > 0:
                set_run(states, start // CLUSTER_BYTES, clusters_in(end), slot)

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes of clusters that this head has; zeros behind its size."""
        if offset + length <= self.size_bytes:
            return self._lent.read(MARKS_BYTES + offset, length)
        inside = max(0, self.size_bytes - offset)
        content = self._lent.read(MARKS_BYTES + offset, inside) if inside else b""
        return content + bytes(length - inside)

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Write; a cluster that this head does not have yet is written whole."""
        self._lent.write(MARKS_BYTES + offset, data)

    def hide(self, first: int, stop: int) -> None:
        """Let nothing shine through at these clusters from the next flush on."""
        if first < stop and self._marks.find(0, first, stop) >= 0:
            set_run(self._marks, first, stop, 1)
            self._dirty.update(range(first // PAGE_BYTES, (stop - 1) // PAGE_BYTES + 1))

    def forget(self, first: int, stop: int) -> int:
        """Give these clusters back at the next flush; return how many runs wait for it."""
        last = self._forgotten[-1] if self._forgotten else None
        if last is not None and last[1] == first:
            self._forgotten[-1] = (last[0], stop)
        else:
            self._forgotten.append((first, stop))
        return len(self._forgotten)

    def narrow(self, still: Callable[[Run], Iterable[Run]]) -> None:
        """Replace the runs that are to be given back by parts of them."""
        self._forgotten = [part for run in self._forgotten for part in still(run)]

    def grow(self, size_bytes: int) -> None:
        """Make the head larger; durable when this returns."""
        self._heads.resize(self.name, self._epoch, head_bytes(size_bytes))
        self._marks.extend(bytes(max(0, clusters_in(size_bytes) - len(self._marks))))
        self.size_bytes = size_bytes

    def flush(
        self, giving_back: Callable[[Run], Iterator[Run]], lock: AbstractContextManager[object]
    ) -> None:
        """Make everything durable.

        First what hides, then nothing is behind it: in the other order a crash between the two
        would bring back what lies beneath.

        Args:
            giving_back: Yields the parts of a run that are still to be given back, and
                lets nobody write there until the next one is asked for.
            lock: Held by whoever writes.
        """
        with lock:
            forgotten, self._forgotten = self._forgotten, []
            dirty, self._dirty = self._dirty, set()
        try:
            for page in sorted(dirty):
                at = page * PAGE_BYTES
                marks = bytes(self._marks[at : at + PAGE_BYTES])
                self._heads.write(self.name, self._epoch, at, marks)
            if dirty or not forgotten:
                self._heads.flush(self.name, self._epoch)
            if forgotten:
                self._give_back(forgotten, giving_back)
                self._heads.flush(self.name, self._epoch)
        except BaseException:
            with lock:
                self._dirty |= dirty
                self._forgotten = forgotten + self._forgotten
            raise

    def _give_back(self, forgotten: list[Run], giving_back: Callable[[Run], Iterator[Run]]) -> None:
        for run in forgotten:
            for first, stop in giving_back(run):
                start = first * CLUSTER_BYTES
                end = min(stop * CLUSTER_BYTES, self.size_bytes)
                self._heads.discard(self.name, self._epoch, MARKS_BYTES + start, end - start)

    def _load_marks(self, offset: int, length: int) -> None:
        stop = min(offset + length, len(self._marks))
        if offset < stop:
            self._marks[offset:stop] = self._heads.read(self.name, offset, stop - offset)


def clusters_in(size_bytes: int) -> int:
    """Return how many clusters a size takes; the last may be short."""
    return -(-size_bytes // CLUSTER_BYTES)
