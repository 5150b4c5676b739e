# SPDX-License-Identifier: Apache-2.0
"""Waiting where it is not known whether this process still may write.

A guest takes an error of its disk for good: it gives its file system up. A node that stood still,
or a store that did not answer for a while, is no reason for one as long as nobody else may have
written: the next renewal tells.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from synnefo_blocks.errors import Lapsed
from synnefo_blocks.nbd.disk import Disk

log = logging.getLogger(__name__)

AGAIN_S = 0.05


class PatientDisk:
    """A disk whose changes are tried until it is known whether they may be made."""

    def __init__(self, disk: Disk, pause: Callable[[float], bool]) -> None:
        """Wrap a disk; ``pause`` waits so many seconds, and returns False when all is over."""
        self._disk, self._pause = disk, pause
        self.read, self.parts = disk.read, disk.parts

    @property
    def size_bytes(self) -> int:
        return self._disk.size_bytes

    def write(self, offset: int, data: memoryview) -> None:
        try:
            self._disk.write(offset, data)
        except Lapsed as lapse:
            self._when_known(lapse, lambda: self._disk.write(offset, data))

    def zero(self, offset: int, length: int) -> None:
        try:
            self._disk.zero(offset, length)
        except Lapsed as lapse:
            self._when_known(lapse, lambda: self._disk.zero(offset, length))

    def flush(self) -> None:
        try:
            self._disk.flush()
        except Lapsed as lapse:
            self._when_known(lapse, self._disk.flush)

    def present(self, offset: int, length: int) -> Iterator[tuple[int, bool]]:
        return self._disk.present(offset, length)

    def _when_known(self, lapse: Lapsed, act: Callable[[], None]) -> None:
        log.warning("waiting to be told: %s", lapse)
        while self._pause(AGAIN_S):
            try:
                return act()
            except Lapsed as still:
                lapse = still
        raise lapse
