# SPDX-License-Identifier: Apache-2.0
"""Write a content: cut a stream into blocks, hash and store several at once.

Source: docs/design/blocks-format.rst, "Writing".
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from synnefo_blocks.digests import ZERO_BLOCK, object_hash, trimmed
from synnefo_blocks.errors import ContentTooLong
from synnefo_blocks.lanes import Lane
from synnefo_blocks.maps import Sealed, largest_content, seal
from synnefo_blocks.references import EMPTY, Reference
from synnefo_core.contracts.driver import DriverError
from synnefo_core.contracts.storage import BlockStore, Kind, Storage
from synnefo_core.offload import Offload, Pending

Read = Callable[[int], bytes]
"""Returns up to so many bytes of the stream; none at its end."""

IN_FLIGHT_BYTES = 24 * 1024 * 1024
"""How much of one content is being hashed and stored at a time."""

ABREAST_BYTES = 512 * 1024
"""Less is hashed sooner than another thread is told to."""


@dataclass(frozen=True)
class Written:
    """A content that is stored and durable.

    Attributes:
        reference: The content.
        names: The names of its blocks, concatenated.
        object_hash: The Merkle root over them.
        md5: Swift's ETag: the MD5 of the content, in hexadecimal.
        new_blocks: How many blocks the store did not have before.
    """

    reference: Reference
    names: bytes
    object_hash: bytes
    md5: str
    new_blocks: int


def cut(read: Read, block_bytes: int) -> Iterator[bytes]:
    """Yield a stream in blocks; all but the last have ``block_bytes``."""
    while True:
        block = read(block_bytes)
        if 0 < len(block) < block_bytes:
            block = _gathered(read, block, block_bytes)
        if block:
            yield block
        if len(block) < block_bytes:
            return


def _gathered(read: Read, first: bytes, block_bytes: int) -> bytes:
    """Read on until the block is full or the stream at its end."""
    pieces, length = [first], len(first)
    while length < block_bytes and (piece := read(block_bytes - length)):
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)


def write(
    storage: Storage,
    offload: Offload,
    read: Read,
    *,
    tell: Callable[[bytes], None] = lambda _name: None,
) -> Written:
    """Store a stream as a content; durable when this returns.

    Memory is bounded whatever the length: :data:`IN_FLIGHT_BYTES` and two blocks (at least
    four blocks where they are large).

    Args:
        storage: Where to.
        offload: Where hashing and the driver are run.
        read: The stream; an exception that it raises passes through.
        tell: Called with the name of each stored block, in order, once it is durable.

    Raises:
        ContentTooLong: No map of this store's blocks can describe it.
        StorageFull: The store has no room; what was stored so far is garbage.
        StorageUnavailable: The store does not answer.
    """
    block_bytes = storage.properties.block_bytes
    pieces = cut(read, block_bytes)
    first = next(pieces, b"")
    if len(first) == block_bytes:
        return _Pipeline(storage, offload, tell).run(chain([first], pieces))
    if not first:
        return Written(EMPTY, b"", ZERO_BLOCK, _md5(b""), 0)
    written = _write_one(storage.blocks, offload, first)
    if written.reference.is_stored:
        tell(written.names)
    return written


def _write_one(blocks: BlockStore, offload: Offload, content: bytes) -> Written:
    """Store a content of one block: one file, no map."""
    if len(content) < ABREAST_BYTES:
        md5, (name, is_new) = offload.run(lambda: (_md5(content), store_block(blocks, content)))
    else:
        taken = offload.submit(_md5, content)
        try:
            name, is_new = offload.run(store_block, blocks, content)
        finally:
            md5 = taken.result()
    return Written(Reference(Kind.BLOCK, name, len(content)), name, name, md5, int(is_new))


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def store_block(blocks: BlockStore, content: bytes) -> tuple[bytes, bool]:
    """Store a block and return its name and whether the store did not have it.

    A block that was there is made young again: garbage collection spares the young, and the
    caller is about to refer to it.
    """
    kept = trimmed(content)
    if not kept:
        return ZERO_BLOCK, False
    name = hashlib.sha256(kept).digest()
    is_new = blocks.put(Kind.BLOCK, name, kept)
    while not is_new and not blocks.touch(Kind.BLOCK, name):
        # Collected between the two calls.
        is_new = blocks.put(Kind.BLOCK, name, kept)
    return name, is_new


def store_blocks(storage: Storage, offload: Offload, read: Read) -> Iterator[bytes]:
    """Store a stream in blocks, several at once; yield their names in order, once durable.

    Raises:
        StorageFull: The store has no room.
        StorageUnavailable: The store does not answer.
    """
    block_bytes = storage.properties.block_bytes
    depth = max(2, IN_FLIGHT_BYTES // block_bytes)
    stored: deque[Pending[tuple[bytes, bool]]] = deque()
    try:
        for block in cut(read, block_bytes):
            if len(stored) == depth:
                yield stored.popleft().result()[0]
            stored.append(offload.submit(store_block, storage.blocks, block))
        while stored:
            yield stored.popleft().result()[0]
    finally:
        settle(stored)


def settle(stored: Iterable[Pending[object]]) -> None:
    """Let what is under way end, so that nothing writes on behalf of a dead request."""
    for pending in stored:
        with suppress(DriverError):
            pending.result()


def store_map(blocks: BlockStore, sealed: Sealed) -> None:
    """Store the records of a map, leaves first; those that were there are made young again."""
    for name, record in sealed.records:
        while not blocks.put(Kind.MAP, name, record) and not blocks.touch(Kind.MAP, name):
            continue


class _Pipeline:
    """One content of more than a block on its way into the store."""

    def __init__(self, storage: Storage, offload: Offload, tell: Callable[[bytes], None]) -> None:
        self._blocks, self._offload, self._tell = storage.blocks, offload, tell
        self._block_bytes = storage.properties.block_bytes
        self._depth = max(2, IN_FLIGHT_BYTES // self._block_bytes)
        self._lane = Lane(offload, hashlib.md5(usedforsecurity=False))
        self._stored: deque[Pending[tuple[bytes, bool]]] = deque()
        self._names = bytearray()
        self._new_blocks = 0

    def run(self, blocks: Iterator[bytes]) -> Written:
        try:
            size_bytes = self._store(blocks)
            md5 = self._lane.finish()
        except BaseException:
            self._settle()
            raise
        sealed, root = self._offload.run(self._seal, bytes(self._names), size_bytes)
        return Written(sealed.reference, bytes(self._names), root, md5, self._new_blocks)

    def _store(self, blocks: Iterator[bytes]) -> int:
        size_bytes, limit = 0, largest_content(self._block_bytes)
        for block in blocks:
            size_bytes += len(block)
            if size_bytes > limit:
                raise ContentTooLong(limit)
            if len(self._stored) == self._depth:
                self._collect()
            self._lane.add(block)
            self._stored.append(self._offload.submit(store_block, self._blocks, block))
        while self._stored:
            self._collect()
        return size_bytes

    def _collect(self) -> None:
        name, is_new = self._stored.popleft().result()
        self._names += name
        self._new_blocks += is_new
        if name != ZERO_BLOCK:
            self._tell(name)

    def _seal(self, names: bytes, size_bytes: int) -> tuple[Sealed, bytes]:
        sealed = seal(names, size_bytes, self._block_bytes)
        store_map(self._blocks, sealed)
        return sealed, object_hash(names)

    def _settle(self) -> None:
        settle(self._stored)
        self._lane.settle()
