# SPDX-License-Identifier: Apache-2.0
"""What can be served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from synnefo_blocks.volumes import Part


class Disk(Protocol):
    """A disk; :class:`~synnefo_blocks.volumes.Volume` is one. Called by several threads at once."""

    @property
    def size_bytes(self) -> int:
        """The size; what connected before it grew sees the old one."""

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes."""

    def parts(self, offset: int, length: int) -> Sequence[Part]:
        """Return a range in pieces, some of them in files; none where it has to be read."""

    def write(self, offset: int, data: memoryview) -> None:
        """Write; durable after the next flush."""

    def zero(self, offset: int, length: int) -> None:
        """Let a range read as zeros without taking space."""

    def flush(self) -> None:
        """Make durable what returned before, whichever connection it came by."""

    def present(self, offset: int, length: int) -> Iterator[tuple[int, bool]]:
        """Yield (length, whether something is there) of the parts of a range."""
