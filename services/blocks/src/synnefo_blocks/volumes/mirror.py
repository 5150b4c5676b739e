# SPDX-License-Identifier: Apache-2.0
"""Make another volume hold what one holds, while that one is written.

What is written meanwhile goes to both, and takes what is still missing there along. So nothing has to
be copied twice, however fast somebody writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from synnefo_blocks.volumes.states import BASE, ZERO, runs, set_run
from synnefo_blocks.volumes.view import View
from synnefo_core.contracts.storage import CLUSTER_BYTES, StorageError, StorageUnavailable

CLUSTERS_AT_ONCE = 16
"""So many are copied while writers wait."""


class Written(Protocol):
    """What is written to; :class:`~synnefo_blocks.volumes.Volume` is."""

    @property
    def size_bytes(self) -> int:
        """The size."""

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Write."""

    def zero(self, offset: int, length: int) -> None:
        """Let a range read as zeros."""


class Mirror:
    """What another volume has not got yet. Only used while nobody else writes the first one."""

    def __init__(self, view: View, other: Written) -> None:
        """Begin with two volumes over the same base; the other one has nothing of its own."""
        self._other = other
        self._left = view.states.translate(bytes(state != BASE for state in range(256)))
        self._at = 0
        self._fault: Exception | None = None

    @property
    def left_clusters(self) -> int:
        """How many clusters are still to be copied."""
        return self._left.count(1)

    def wrote(self, view: View, offset: int, data: bytes | memoryview) -> None:
        """Take over what was written to the first one. Never fails: it is the copy that is bad then."""
        first, stop = offset // CLUSTER_BYTES, -(-(offset + len(data)) // CLUSTER_BYTES)
        if self._left.find(1, first, stop) >= 0:
            self._excused(lambda: self._copy(view, first, stop))
        else:
            self._excused(lambda: self._other.write(offset, data))

    def forgot(self, view: View, first: int, stop: int) -> None:
        """Take over that clusters of the first one were discarded."""
        self._excused(lambda: self._copy(view, first, stop))

    def fail(self, why: str) -> None:
        """Say that the other volume does not hold the same any more."""
        self._fault = self._fault or StorageUnavailable(why)

    def require_good(self) -> None:
        """Refuse to go on with a copy that is bad.

        Raises:
            StorageError: What the other one's store said.
        """
        if self._fault is not None:
            raise StorageUnavailable(f"not copied: {self._fault}") from self._fault

    def copy_some(self, view: View) -> bool:
        """Copy some of what is missing; return whether anything was.

        Raises:
            StorageError: What either store said, now or at a write before.
        """
        self.require_good()
        first = self._left.find(1, self._at)
        if first < 0:
            return False
        stop = self._left.find(0, first, first + CLUSTERS_AT_ONCE)
        stop = stop if stop >= 0 else min(first + CLUSTERS_AT_ONCE, len(self._left))
        self._copy(view, first, stop)
        self._at = stop
        return True

    def _copy(self, view: View, first: int, stop: int) -> None:
        for begin, end, state in runs(view.states[first:stop]):
            start = (first + begin) * CLUSTER_BYTES
            length = min((first + end) * CLUSTER_BYTES, self._other.size_bytes) - start
            if state == ZERO:
                self._other.zero(start, length)
            else:
                self._other.write(start, view.read(start, length))
        set_run(self._left, first, stop, 0)

    def _excused(self, call: Callable[[], None]) -> None:
        if self._fault is not None:
            return
        try:
            call()
        except (StorageError, OSError, KeyError, ValueError) as fault:
            self._fault = fault
