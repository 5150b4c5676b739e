# SPDX-License-Identifier: Apache-2.0
"""Read a content: any range, a few blocks ahead, zeros where nothing is stored.

Source: docs/design/blocks-format.rst, "Reading".
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain

from synnefo_blocks.contents import Content
from synnefo_blocks.digests import ZERO_BLOCK
from synnefo_blocks.errors import CorruptBlock
from synnefo_blocks.quarantine import fetch
from synnefo_blocks.references import Reference
from synnefo_core.contracts.storage import BlockStore, Kind, Storage
from synnefo_core.offload import Offload, Pending

READ_AHEAD_BYTES = 12 * 1024 * 1024
"""How much is being read while what came before is sent."""

AT_ONCE_BYTES = 64 * 1024
"""No more is read from memory by the thread that serves the request."""

SENT_BYTES = 256 * 1024
"""What is in memory is sent in pieces of this size: they stay near the processor on their way."""

ASIDE_BYTES = 64 * 1024 * 1024
"""So much is read by other threads, once something was not in memory, before that is tried again."""
_ZEROS = bytes(SENT_BYTES)


def read_block(blocks: BlockStore, name: bytes, slot_bytes: int, offset: int, length: int) -> bytes:
    """Return a part of a block with its trailing zeros.

    What is stored as long as its slot is taken for whole. A shorter one may have been trimmed or
    cut off by a fault, so it is hashed before zeros are added.

    Raises:
        MissingBlock: The store does not have it.
        CorruptBlock: It is not what its name says.
    """
    is_whole = offset == 0 and length == slot_bytes
    piece = fetch(blocks, Kind.BLOCK, name, offset, None if is_whole else length)
    if len(piece) == length:
        return piece
    stored = piece if is_whole else fetch(blocks, Kind.BLOCK, name)
    if len(stored) > slot_bytes:
        raise CorruptBlock(name, f"it has {len(stored)} bytes, {slot_bytes} at most fit")
    if sha256(stored).digest() != name:
        raise CorruptBlock(name, f"its {len(stored)} bytes have another digest")
    return stored[offset : offset + length].ljust(length, b"\0")


def _lengths(total: int) -> Iterator[int]:
    """Yield the lengths of the pieces in which so much is sent."""
    return (min(SENT_BYTES, total - at) for at in range(0, total, SENT_BYTES))


class Reader:
    """A content that is read by range; may be used for one range at a time."""

    def __init__(self, storage: Storage, offload: Offload, reference: Reference) -> None:
        """Read the map, if the content has one.

        Raises:
            MissingBlock: The store has no such map.
            CorruptMap: It is not what its name or the reference says.
        """
        self._blocks, self._offload = storage.blocks, offload
        if reference.kind is Kind.BLOCK:
            self._content = Content(storage, reference)
        else:
            self._content = offload.run(Content, storage, reference)

    @property
    def size_bytes(self) -> int:
        """The length of the content."""
        return self._content.size_bytes

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the bytes from ``start`` to before ``stop`` in pieces.

        What is in memory is read by the thread that asks for it, in small pieces that go on before
        the processor has forgotten them; it lets others come after each block. All else is read
        as by :meth:`read_ahead`. The first piece is read before this returns.

        Raises:
            ValueError: As of :meth:`read_ahead`, like all others.
        """
        stop = self.size_bytes if stop is None else stop
        if not 0 <= start <= self.size_bytes or stop - start <= SENT_BYTES:
            return self.read_ahead(start, stop)
        sent = self._sent(start, stop)
        return chain((next(sent),), sent)

    def read_ahead(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the same as :meth:`read` in pieces of up to a block, read by other threads.

        The first piece is read before this returns, so what is missing is known before anything
        is sent.

        Raises:
            ValueError: The range is not within the content.
            MissingBlock: The store does not have the first block.
            CorruptBlock: The first block is not what its name says.
        """
        stop = self.size_bytes if stop is None else stop
        if not 0 <= start <= stop <= self.size_bytes:
            raise ValueError(f"{start} to {stop} is not within {self.size_bytes} bytes")
        if start == stop:
            return iter(())
        number, offset = divmod(start, self._content.block_bytes)
        length = min(stop - start, self._content.slot_bytes(number) - offset)
        first = self._at_once(number, offset, length)
        if first is None:
            first = self._offload.run(self._piece, number, offset, length)
        if start + length == stop:
            return iter((first,))
        return self._rest(first, start + length, stop)

    def _sent(self, at: int, stop: int) -> Iterator[bytes]:
        while at < stop:
            end = min(stop, at - at % self._content.block_bytes + self._content.block_bytes)
            for piece in self._remembered(at, end):
                yield piece
                at += len(piece)
            if at == end:
                time.sleep(0)
                continue
            end = min(stop, at + ASIDE_BYTES - at % self._content.block_bytes)
            yield from self.read_ahead(at, end)
            at = end

    def _remembered(self, at: int, stop: int) -> Iterator[bytes]:
        """Yield what is in memory of one block, up to where something is not.

        Nothing of one that is stored shorter or longer than its slot: that takes a closer look.
        """
        if self._content.has_leaves:
            return
        number, offset = divmod(at, self._content.block_bytes)
        name, lengths = self._content.block_name(number), _lengths(stop - at)
        if name == ZERO_BLOCK:
            yield from (_ZEROS[:length] for length in lengths)
            return
        lent = self._blocks.lend_at_once(Kind.BLOCK, name)
        if lent is None or lent.size_bytes != self._content.slot_bytes(number):
            return
        for length in lengths:
            piece = lent.read_at_once(offset, length)
            if piece is None or len(piece) < length:
                return
            yield piece
            offset += length

    def _rest(self, first: bytes, start: int, stop: int) -> Iterator[bytes]:
        ahead: deque[Pending[bytes]] = deque()
        numbers = iter(
            range(start // self._content.block_bytes, -(-stop // self._content.block_bytes))
        )
        depth = max(1, READ_AHEAD_BYTES // self._content.block_bytes)

        def fill() -> None:
            while len(ahead) < depth and (number := next(numbers, None)) is not None:
                begin = number * self._content.block_bytes
                length = min(stop - begin, self._content.slot_bytes(number))
                ahead.append(self._offload.submit(self._piece, number, 0, length))

        fill()
        yield first
        del first
        while ahead:
            piece = ahead.popleft().result()
            fill()
            yield piece

    def _at_once(self, number: int, offset: int, length: int) -> bytes | None:
        """Return a small part of a block if it is in memory: other threads would cost more."""
        if length > AT_ONCE_BYTES or self._content.block_count > 1:
            return None
        name = self._content.block_name(number)
        piece = self._blocks.get_at_once(Kind.BLOCK, name, offset, length)
        # A shorter one has zeros behind it, or is cut off: that takes a closer look.
        return piece if piece is not None and len(piece) == length else None

    def _piece(self, number: int, offset: int, length: int) -> bytes:
        """Return a part of a block; runs off the event loop."""
        name = self._content.block_name(number)
        if name == ZERO_BLOCK:
            return _ZEROS[:length] if length <= len(_ZEROS) else bytes(length)
        return read_block(self._blocks, name, self._content.slot_bytes(number), offset, length)
