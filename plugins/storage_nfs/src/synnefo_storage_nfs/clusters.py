# SPDX-License-Identifier: Apache-2.0
"""Which clusters of a head are there: one byte for each, 0 or 1.

A byte and not a bit: 16 MiB for each TiB of a volume, and Python searches and marks bytes at the
speed of memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

ABSENT = b"\0"
PRESENT = b"\1"
PAGE_BYTES = 4096
"""What of the map is written at once; it stands for 256 MiB of a volume."""

_FLIPPED = bytes.maketrans(ABSENT + PRESENT, PRESENT + ABSENT)


def clusters_in(size_bytes: int, cluster_bytes: int) -> int:
    """Return how many clusters a size takes; the last may be short."""
    return -(-size_bytes // cluster_bytes)


def present_runs(states: bytes) -> Iterator[tuple[int, int]]:
    """Yield ``(first, stop)`` of each run of clusters that are there."""
    first = states.find(PRESENT)
    while first >= 0:
        stop = states.find(ABSENT, first)
        stop = len(states) if stop < 0 else stop
        yield first, stop
        first = states.find(PRESENT, stop)


def absent_runs(states: bytes) -> Iterator[tuple[int, int]]:
    """Yield ``(first, stop)`` of each run of clusters that are not there."""
    return present_runs(states.translate(_FLIPPED))


Runs = list[tuple[int, int]]


class ClusterMap:
    """The map of one head in memory, which knows its pages that the disk does not have yet."""

    def __init__(self, states: bytes, count: int) -> None:
        self._states = bytearray(states[:count].ljust(count, ABSENT))
        self._changed: set[int] = set()
        self._cleared: Runs = []

    def states(self, first: int, stop: int) -> bytes:
        return bytes(self._states[first:stop])

    def has(self, cluster: int) -> bool:
        return self._states[cluster] == 1

    def has_all(self, first: int, stop: int) -> bool:
        """Say whether the clusters from ``first`` to before ``stop`` are there."""
        if stop - first == 1:
            return self._states[first] == 1
        return self._states.find(ABSENT, first, stop) < 0

    def mark(self, first: int, stop: int) -> None:
        """Say that the clusters from ``first`` to before ``stop`` are there."""
        self._set(first, stop, PRESENT, other=ABSENT)

    def clear(self, first: int, stop: int) -> None:
        """Say that they are not."""
        self._cleared.append((first, stop))
        self._set(first, stop, ABSENT, other=PRESENT)

    def take_changes(self) -> tuple[Mapping[int, bytes], Runs]:
        """Return the changed pages by their offset in the file, and the runs that were cleared.

        They count as written then.
        """
        offsets = sorted(page * PAGE_BYTES for page in self._changed)
        cleared, self._cleared = self._cleared, []
        self._changed.clear()
        return {offset: self.states(offset, offset + PAGE_BYTES) for offset in offsets}, cleared

    def _set(self, first: int, stop: int, state: bytes, *, other: bytes) -> None:
        if self._states.find(other, first, stop) < 0:
            return
        self._states[first:stop] = state * (stop - first)
        self._changed.update(range(first // PAGE_BYTES, (stop - 1) // PAGE_BYTES + 1))
