# SPDX-License-Identifier: Apache-2.0
"""The data of a head: objects of 4 MiB, each of which says which of its clusters are there.

An index object lists the chunks, and knows of each before it is there. What of a chunk was
never written is a hole or behind its end, and so is what was discarded: both read as zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

from synnefo_core.contracts.storage import CLUSTER_BYTES
from synnefo_storage_rados.pool import Change, Pool

CHUNK_BYTES = 64 * CLUSTER_BYTES

Span = tuple[int, int, int]
"""A chunk, and where a part of it begins and ends."""


class Chunks:
    """The chunks of one head, by the id of its record."""

    def __init__(self, pool: Pool, record_id: str) -> None:
        self._pool, self._id = pool, record_id
        self._index = f"index/{record_id}"
        self._listed: set[int] = set()

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes, zeros where nothing is."""
        pieces = []
        for chunk, start, stop in spans(offset, length):
            content = self._pool.read(self._name(chunk), start, stop - start) or b""
            pieces.append(content.ljust(stop - start, b"\0"))
        return b"".join(pieces)

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Write bytes; of each chunk all of them or none."""
        position = 0
        for chunk, start, stop in spans(offset, len(data)):
            piece = bytes(data[position : position + stop - start])
            position += len(piece)
            if chunk not in self._listed:
                self._pool.mark(self._index, _key(chunk))
                self._listed.add(chunk)
            first, last = start // CLUSTER_BYTES, (stop - 1) // CLUSTER_BYTES
            self._pool.operate(
                self._name(chunk), written(start, piece), *noted(range(first, last + 1))
            )

    def discard(self, offset: int, length: int) -> None:
        """Forget whole clusters."""
        for chunk, start, stop in spans(offset, length):
            if stop - start == CHUNK_BYTES:
                self._remove(chunk)
            else:
                self._clear(chunk, start, stop)

    def cut(self, size_bytes: int) -> None:
        """Forget all that is behind a size."""
        last, rest = divmod(size_bytes, CHUNK_BYTES)
        for chunk in self._chunks():
            if chunk > last or (chunk == last and not rest):
                self._remove(chunk)
            elif chunk == last:
                self._cut_off(chunk, rest)

    def clusters(self) -> Iterator[int]:
        """Yield the clusters that are there, in their order."""
        each = CHUNK_BYTES // CLUSTER_BYTES
        for chunk in self._chunks():
            yield from (chunk * each + cluster for cluster in self._clusters(chunk))

    def remove_all(self) -> None:
        """Remove the data, and the index last."""
        for chunk in self._chunks():
            self._pool.remove(self._name(chunk))
        self._pool.remove(self._index)

    def _chunks(self) -> list[int]:
        return [int(key, 16) for key in self._pool.marks(self._index)]

    def _clusters(self, chunk: int) -> list[int]:
        return sorted(int(name, 16) for name in self._pool.attributes(self._name(chunk)))

    def _remove(self, chunk: int) -> None:
        self._pool.remove(self._name(chunk))
        self._pool.unmark(self._index, _key(chunk))
        self._listed.discard(chunk)

    def _clear(self, chunk: int, start: int, stop: int) -> None:
        """Forget a part of a chunk; its room is given back at the end of a chunk, and with it.

        Zeros are written: the module of Ceph 16 mistakes the arguments of ``zero`` for each other.
        """
        first, behind = start // CLUSTER_BYTES, -(-stop // CLUSTER_BYTES)
        there = self._clusters(chunk)
        gone = [cluster for cluster in there if first <= cluster < behind]
        if gone == there:
            self._remove(chunk)
        elif gone and gone[-1] == there[-1]:
            self._pool.operate(self._name(chunk), truncated(start), *forgotten(gone))
        elif gone:
            zeros = [written(each * CLUSTER_BYTES, bytes(CLUSTER_BYTES)) for each in gone]
            self._pool.operate(self._name(chunk), *zeros, *forgotten(gone))

    def _cut_off(self, chunk: int, rest: int) -> None:
        kept = -(-rest // CLUSTER_BYTES)
        there = self._clusters(chunk)
        if there:
            gone = [cluster for cluster in there if cluster >= kept]
            self._pool.operate(self._name(chunk), truncated(rest), *forgotten(gone))

    def _name(self, chunk: int) -> str:
        return f"data/{self._id}/{_key(chunk)}"


def spans(offset: int, length: int) -> Iterator[Span]:
    """Yield the parts of chunks that make up a range."""
    end = offset + length
    while offset < end:
        start = offset % CHUNK_BYTES
        stop = min(CHUNK_BYTES, start + end - offset)
        yield offset // CHUNK_BYTES, start, stop
        offset += stop - start


def runs(clusters: Iterator[int], size_bytes: int) -> list[tuple[int, int]]:
    """Return clusters as runs of bytes; the last one ends with the head."""
    found = []
    for _, run in groupby(enumerate(clusters), key=lambda pair: pair[1] - pair[0]):
        numbers = [cluster for _, cluster in run]
        offset = numbers[0] * CLUSTER_BYTES
        end = min((numbers[-1] + 1) * CLUSTER_BYTES, size_bytes)
        found.append((offset, end - offset))
    return found


def _key(chunk: int) -> str:
    return f"{chunk:010x}"


def written(offset: int, data: bytes) -> Change:
    return lambda operation: operation.write(data, offset)


def truncated(length: int) -> Change:
    return lambda operation: operation.truncate(length)


def noted(clusters: Iterable[int]) -> list[Change]:
    """Say that clusters are there."""
    return [partial(_note, cluster=cluster) for cluster in clusters]


def forgotten(clusters: Iterable[int]) -> list[Change]:
    """Say that they are not."""
    return [partial(_forget, cluster=cluster) for cluster in clusters]


def _note(operation: Any, *, cluster: int) -> None:
    operation.set_xattr(f"{cluster:02x}", b"1")


def _forget(operation: Any, *, cluster: int) -> None:
    operation.rm_xattr(f"{cluster:02x}")
