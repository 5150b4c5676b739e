# SPDX-License-Identifier: Apache-2.0
"""A store whose power can be cut: of what was not flushed any part may be lost."""

from __future__ import annotations

from contextlib import contextmanager

from synnefo_core.contracts.storage import CLUSTER_BYTES
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_core.testing.fakes.storage import MemoryHeads


class PowerCut(Exception):
    """The machine is off."""


class LossyHeads(MemoryHeads):
    """Heads that remember what was flushed, and what was done since.

    Attributes:
        fuse: After how many more changes the power is cut; None for never.
    """

    def __init__(self, memory):
        super().__init__(memory)
        self._flushed, self._since = {}, {}
        self.fuse = None

    def lose(self, survives):
        """Keep what was flushed and, of each later change of a cluster, what ``survives()``.

        A cluster is there with the write that made it; no later one survives without that.
        """
        self.fuse = None
        for name, state in self._states.items():
            clusters = {n: bytearray(c) for n, c in self._flushed.get(name, {}).items()}
            for cluster, start, data, is_new in self._since.get(name, []):
                if not survives() or (data and not is_new and cluster not in clusters):
                    continue
                if data is None:
                    clusters.pop(cluster, None)
                else:
                    content = clusters.setdefault(cluster, bytearray(CLUSTER_BYTES))
                    content[start : start + len(data)] = data
            state.clusters = clusters
            self._settle(name)

    def create(self, name, size_bytes, *, epoch=1):
        with self._burning():
            self._flushed.pop(name, None)
            self._since.pop(name, None)
            return super().create(name, size_bytes, epoch=epoch)

    def write(self, name, epoch, offset, data):
        with self._burning():
            state = self._states[name]
            pieces, position = [], 0
            for cluster, start, stop in state.spans(offset, len(data)):
                piece = bytes(data[position : position + stop - start])
                pieces.append((cluster, start, piece, cluster not in state.clusters))
                position += stop - start
            super().write(name, epoch, offset, data)
            self._since.setdefault(name, []).extend(pieces)

    def discard(self, name, epoch, offset, length):
        with self._burning():
            spans = list(self._states[name].spans(offset, length))
            super().discard(name, epoch, offset, length)
            changes = [(cluster, 0, None, False) for cluster, _, _ in spans]
            self._since.setdefault(name, []).extend(changes)

    def flush(self, name, epoch):
        with self._burning():
            super().flush(name, epoch)
            self._settle(name)

    def resize(self, name, epoch, size_bytes):
        with self._burning():
            return super().resize(name, epoch, size_bytes)

    def write_control(self, name, record, *, expected):
        with self._burning():
            super().write_control(name, record, expected=expected)

    def delete(self, name):
        with self._burning():
            return super().delete(name)

    def _settle(self, name):
        clusters = self._states[name].clusters
        self._flushed[name] = {n: bytes(content) for n, content in clusters.items()}
        self._since[name] = []

    @contextmanager
    def _burning(self):
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse < 0:
                raise PowerCut
        yield


class LossyStorage(MemoryStorage):
    """A store with such heads."""

    def __init__(self, setup=None, **rest):
        super().__init__(setup, **rest)
        self.heads = LossyHeads(self.memory)
