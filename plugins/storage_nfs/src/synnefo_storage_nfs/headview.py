# SPDX-License-Identifier: Apache-2.0
"""The open files of one head, for reading what was flushed."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from pathlib import Path

from synnefo_core.contracts.storage import Head
from synnefo_storage_nfs import record
from synnefo_storage_nfs.clusters import clusters_in, present_runs
from synnefo_storage_nfs.files import forget_cached, is_there, opened, read_at

RECORD = "head"
DATA = "data"
CLUSTERS = "clusters"
CONTROL = "control"
TRUST_S = 1.0


class HeadView:
    """A head opened for reading.

    A view is opened for one call: opening is what makes an NFS client ask the server for
    what others wrote. Even then it goes on with what it has in memory while any process of the
    machine has the file open for writing, be it one that lost the head long ago; so on a shared
    directory a view forgets what it is about to read.
    """

    flags = os.O_RDONLY

    def __init__(self, name: str, directory: Path, *, is_shared: bool) -> None:
        self.directory = directory
        self._forgets = is_shared
        with ExitStack() as files:
            # Without this a client that has the record open takes the old one for the new one.
            is_there(directory)
            # The record stays open, so that its inode number means this record and no later one.
            record_file = files.enter_context(opened(directory / RECORD))
            self.data = files.enter_context(opened(directory / DATA, self.flags))
            self.map = files.enter_context(opened(directory / CLUSTERS, self.flags))
            status = os.fstat(record_file)
            self._inode = status.st_ino
            self._trusted_until = time.monotonic() + TRUST_S
            self.head: Head = record.decode(name, read_at(record_file, 0, status.st_size))
            self._remembered: bytes | None = None
            self._files = files.pop_all()

    def close(self) -> None:
        self._files.close()

    def is_current(self, *, ask_server: bool = False) -> bool:
        """Say whether nobody replaced the record or the head since this was opened.

        ``stat`` alone tells what happened on this machine. For what others did the server is
        asked; without ``ask_server`` only once in :data:`TRUST_S`.
        """
        now = time.monotonic()
        try:
            if ask_server or now > self._trusted_until:
                self._trusted_until = now + TRUST_S
                is_there(self.directory)
            return (self.directory / RECORD).stat().st_ino == self._inode
        except OSError:
            return False

    def keep(self, states: bytes | None) -> None:
        """Make ready for many calls: what others write from now on need not be seen.

        Args:
            states: One byte for each cluster, where the files do not know yet what is there.
        """
        if self._forgets:
            forget_cached(self.data)
            forget_cached(self.map)
        self._remembered, self._forgets = states, False

    def all_states(self) -> bytes:
        """Return one byte for each cluster."""
        return self.states(0, clusters_in(self.head.size_bytes, self.head.cluster_bytes))

    def states(self, first: int, stop: int) -> bytes:
        """Return one byte for each cluster from ``first`` to before ``stop``: 1 if it is there."""
        if self._remembered is not None:
            return self._remembered[first:stop]
        return self._content(self.map, first, stop - first)

    def present(self) -> list[tuple[int, int]]:
        size, unit = self.head.size_bytes, self.head.cluster_bytes
        runs = present_runs(self.all_states())
        return [(first * unit, min(stop * unit, size) - first * unit) for first, stop in runs]

    def read(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes; zeros where no cluster is.

        Raises:
            ValueError: That is not within the head.
        """
        self.require_within(offset, length)
        unit = self.head.cluster_bytes
        base, stop = offset // unit, clusters_in(offset + length, unit)
        states = self.states(base, stop)
        if 0 not in states:
            return self._content(self.data, offset, length)
        pieces, position = [], offset
        for first, behind in present_runs(states):
            start = max(offset, (base + first) * unit)
            end = min(offset + length, (base + behind) * unit)
            pieces.append(bytes(start - position))
            pieces.append(self._content(self.data, start, end - start))
            position = end
        pieces.append(bytes(offset + length - position))
        return b"".join(pieces)

    def _content(self, descriptor: int, offset: int, length: int) -> bytes:
        """Return ``length`` bytes; zeros behind the end of the file."""
        if self._forgets:
            forget_cached(descriptor, offset, length)
        content = os.pread(descriptor, length, offset)
        if len(content) == length:
            return content
        return read_at(descriptor, offset, length).ljust(length, b"\0")

    def require_within(self, offset: int, length: int) -> None:
        if offset < 0 or length < 0 or offset + length > self.head.size_bytes:
            raise ValueError(f"{length} bytes at {offset} are not within {self.head}")
