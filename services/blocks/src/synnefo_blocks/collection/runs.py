# SPDX-License-Identifier: Apache-2.0
"""Sets of digests that are larger than memory: sorted runs in files, merged when read."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path

from synnefo_blocks.digests import split
from synnefo_core.contracts.storage import DIGEST_BYTES

RUN_ENTRIES = 400_000
"""Digests in memory before they are written: about 50 MiB of it."""
MOST_FILES = 100
"""Runs before they are made one; each that is read has a buffer."""
BUFFER_BYTES = 2048 * DIGEST_BYTES


class Runs:
    """A growing set of digests that is read in order, any number of times.

    Memory: :data:`RUN_ENTRIES` digests and :data:`MOST_FILES` buffers of 64 KiB, whatever its size.
    Disk: 32 bytes for each digest, twice that while runs are made one.
    """

    def __init__(self, directory: Path, name: str, *, run_entries: int = RUN_ENTRIES) -> None:
        """Begin an empty set; its files lie in ``directory``."""
        self._directory, self._name, self._run_entries = directory, name, run_entries
        self._fresh: set[bytes] = set()
        self._files: list[Path] = []
        self._written = 0

    def add(self, digest: bytes) -> None:
        """Add a digest."""
        self._fresh.add(digest)
        if len(self._fresh) >= self._run_entries:
            self._spill()

    def update(self, digests: Iterable[bytes]) -> None:
        """Add digests."""
        for digest in digests:
            self.add(digest)

    def __iter__(self) -> Iterator[bytes]:
        """Yield every digest once, in order."""
        return merged(*(_read(path) for path in self._files), sorted(self._fresh))

    def _spill(self) -> None:
        self._write(sorted(self._fresh))
        self._fresh.clear()
        if len(self._files) >= MOST_FILES:
            self._merge()

    def _merge(self) -> None:
        files, self._files = self._files, []
        self._write(merged(*(_read(path) for path in files)))
        for path in files:
            path.unlink()

    def _write(self, digests: Iterable[bytes]) -> None:
        path = self._directory / f"{self._name}-{self._written}"
        self._written += 1
        with path.open("wb") as file:
            file.writelines(digests)
        self._files.append(path)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while piece := file.read(BUFFER_BYTES):
            yield from split(piece)


def merged(*runs: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the digests of several ordered sets, each once, in order."""
    last = b""
    for digest in heapq.merge(*runs):
        if digest != last:
            yield digest
            last = digest
