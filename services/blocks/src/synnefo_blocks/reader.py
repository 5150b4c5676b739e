# SPDX-License-Identifier: Apache-2.0
"""Read a content: any range, a few blocks ahead, zeros where nothing is stored.

Source: docs/design/blocks-format.rst, "Reading".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from hashlib import sha256

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
_ZEROS = bytes(64 * 1024)


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
        """Return the bytes from ``start`` to before ``stop`` in pieces of up to a block.

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
