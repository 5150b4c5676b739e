# SPDX-License-Identifier: Apache-2.0
"""Immutable things as objects of a pool."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from synnefo_core.contracts.storage import BlockStore, Entry, Kind, NoSuchThing
from synnefo_core.offload import Offload, Pending
from synnefo_storage_rados.layout import digest_of, name_of
from synnefo_storage_rados.pool import Pool
from synnefo_storage_rados.sorting import in_order

LOOKS_AT_ONCE = 32
"""How many objects a listing asks about at a time: the cluster lists names alone."""


class PoolBlocks(BlockStore):
    """Blocks, maps and layers, each an object named by its kind and digest."""

    def __init__(self, pool: Pool, offload: Offload, *, block_bytes: int, scratch: Path) -> None:
        """Serve from a pool; listings look at objects in threads, and sort them in a directory."""
        self._pool, self._offload = pool, offload
        self._block_bytes, self._scratch = block_bytes, scratch

    def put(self, kind: Kind, digest: bytes, content: bytes | memoryview) -> bool:
        name = name_of(kind, digest)
        if not 1 <= len(content) <= self._block_bytes:
            raise ValueError(f"1 to {self._block_bytes} bytes make a {kind.value}")
        # Asked first: most of what is there need not be sent.
        return self._pool.stat(name) is None and self._pool.create(name, bytes(content))

    def get(self, kind: Kind, digest: bytes, offset: int = 0, length: int | None = None) -> bytes:
        name = name_of(kind, digest)
        if offset < 0 or (length is not None and length < 0):
            raise ValueError("there is nothing before the start")
        most = max(0, self._block_bytes - offset)
        wanted = most if length is None else min(length, most)
        if wanted:
            content = self._pool.read(name, offset, wanted)
        else:
            content = None if self._pool.stat(name) is None else b""
        if content is None:
            raise NoSuchThing(f"there is no {kind.value} {digest.hex()}")
        return content

    def size(self, kind: Kind, digest: bytes) -> int | None:
        found = self._pool.stat(name_of(kind, digest))
        return None if found is None else found[0]

    def delete(self, kind: Kind, digest: bytes) -> bool:
        return self._pool.remove(name_of(kind, digest))

    def touch(self, kind: Kind, digest: bytes) -> bool:
        name = name_of(kind, digest)
        found = self._pool.stat(name)
        if found is not None:
            # Cutting it off at its end changes its age alone, and makes nothing that is gone.
            self._pool.operate(name, lambda operation: operation.truncate(found[0]))
        return found is not None

    def entries(self, kind: Kind, after: bytes = b"") -> Iterator[Entry]:
        """Yield the entries; all names are read first, as the cluster has them in no order."""
        found = (digest_of(kind, name) for name in self._pool.names())
        wanted = (digest for digest in found if digest is not None and digest > after)
        ahead: deque[tuple[bytes, Pending[tuple[int, float] | None]]] = deque()
        for digest in in_order(wanted, self._scratch):
            ahead.append((digest, self._offload.submit(self._pool.stat, name_of(kind, digest))))
            if len(ahead) >= LOOKS_AT_ONCE:
                yield from _settled(*ahead.popleft())
        while ahead:
            yield from _settled(*ahead.popleft())


def _settled(digest: bytes, looked: Pending[tuple[int, float] | None]) -> Iterator[Entry]:
    """Yield the entry, unless it was deleted since the names were listed."""
    found = looked.result()
    if found is not None:
        yield Entry(digest, *found)
