# SPDX-License-Identifier: Apache-2.0
"""What lies under a volume: a content, read in small pieces and again and again."""

from __future__ import annotations

import resource
import threading
from dataclasses import dataclass

from synnefo_blocks.contents import Content
from synnefo_blocks.digests import ZERO_BLOCK
from synnefo_blocks.reader import read_block
from synnefo_blocks.references import Reference
from synnefo_core.contracts.storage import (
    Kind,
    LentThing,
    NoSuchThing,
    Storage,
    StorageUnavailable,
)

MOST_OPEN = 4096
"""So many blocks stay open at most: 16 GiB. A quarter of the files that a process may have, if less."""


@dataclass(frozen=True)
class Stored:
    """A piece of a file that nobody changes.

    Attributes:
        lent: Keeps it open.
        descriptor: The file.
        offset: Where the piece begins in it.
        length: How many bytes it has; the file may end before.
    """

    lent: LentThing
    descriptor: int
    offset: int
    length: int


class Base:
    """A content that remembers names of blocks, and which trimmed blocks it has verified.

    Several threads may read at once.
    """

    def __init__(self, storage: Storage, reference: Reference) -> None:
        """Read the map, if the content has one.

        Raises:
            MissingBlock: The store has no such map.
            CorruptMap: It is not what its name or the reference says.
            StorageUnavailable: The store did not answer.
        """
        self.reference = reference
        self._blocks = storage.blocks
        self._content = Content(storage, reference)
        self._names: dict[int, bytes] = {}
        self._trimmed: dict[bytes, int] = {}
        self._size_bytes, self._block_bytes = self._content.size_bytes, self._content.block_bytes
        self._open: dict[int, LentThing] = {}
        self._lock = threading.Lock()
        self._most_open = min(MOST_OPEN, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)

    @property
    def size_bytes(self) -> int:
        """The length of the content."""
        return self._content.size_bytes

    @property
    def block_bytes(self) -> int:
        """How long its blocks are."""
        return self._content.block_bytes

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes from ``offset``; zeros behind the end."""
        number, at = divmod(offset, self._block_bytes)
        lent = self._open.get(number)
        if lent is not None and at + length <= self._block_bytes:
            end = offset + length
            piece = self._lent_piece(lent, number, at, length) if end <= self._size_bytes else b""
            if len(piece) == length:
                return piece
        return self._gathered(offset, length)

    def stored(self, offset: int, length: int) -> list[Stored]:
        """Return which open files hold a range; none where any of it has to be read."""
        found = []
        position, end = offset, offset + length
        while position < end <= self._size_bytes:
            number, at = divmod(position, self._block_bytes)
            lent = self._open.get(number)
            if lent is None or lent.descriptor is None or self.name(number) in self._trimmed:
                return []
            part = min(end - position, self._block_bytes - at)
            found.append(Stored(lent, lent.descriptor, at, part))
            position += part
        return found

    def name(self, number: int) -> bytes:
        """Return the name of a block."""
        found = self._names.get(number)
        if found is None:
            found = self._names[number] = self._content.block_name(number)
        return found

    def _gathered(self, offset: int, length: int) -> bytes:
        inside = max(0, min(length, self.size_bytes - offset))
        pieces = []
        position, end = offset, offset + inside
        while position < end:
            number, at = divmod(position, self._content.block_bytes)
            part = min(end - position, self._content.slot_bytes(number) - at)
            pieces.append(self._piece(number, at, part))
            position += part
        if inside < length:
            pieces.append(bytes(length - inside))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _lent_piece(self, lent: LentThing, number: int, at: int, length: int) -> bytes:
        """Return a piece of a block that is open; less where the block has to be looked at."""
        try:
            return lent.read(at, length)
        except (NoSuchThing, StorageUnavailable):
            self._open.pop(number, None)
            return b""

    def _piece(self, number: int, at: int, length: int) -> bytes:
        name = self.name(number)
        if name == ZERO_BLOCK:
            return bytes(length)
        stored = self._trimmed.get(name)
        if stored is not None and at >= stored:
            return bytes(length)
        piece = self._first_piece(name, number, at, length)
        if len(piece) == length:
            return piece
        if stored is not None and at + len(piece) == stored:
            return piece.ljust(length, b"\0")
        return self._verified(name, number, at, length)

    def _first_piece(self, name: bytes, number: int, at: int, length: int) -> bytes:
        """Return a piece of a block as stored, and keep the block open."""
        try:
            lent = self._open.get(number) or self._opened(name, number)
            return lent.read(at, length)
        except NoSuchThing:
            self._open.pop(number, None)
            return b""
        except StorageUnavailable:
            # What was open may have become stale.
            self._open.pop(number, None)
            return self._asked(name, at, length)

    def _opened(self, name: bytes, number: int) -> LentThing:
        lent = self._blocks.lend(Kind.BLOCK, name)
        with self._lock:
            while len(self._open) >= self._most_open:
                del self._open[next(iter(self._open))]
            self._open[number] = lent
        return lent

    def _asked(self, name: bytes, at: int, length: int) -> bytes:
        try:
            return self._blocks.get(Kind.BLOCK, name, at, length)
        except NoSuchThing:
            return b""

    def _verified(self, name: bytes, number: int, at: int, length: int) -> bytes:
        """Return a piece of a block that is shorter than its slot, or in quarantine."""
        slot = self._content.slot_bytes(number)
        whole = read_block(self._blocks, name, slot, 0, slot)
        size = self._blocks.size(Kind.BLOCK, name)
        if size is not None:
            self._trimmed[name] = size
        return whole[at : at + length]
