# SPDX-License-Identifier: Apache-2.0
"""What lies under a volume: a content, read in small pieces and again and again."""

from __future__ import annotations

from synnefo_blocks.contents import Content
from synnefo_blocks.digests import ZERO_BLOCK
from synnefo_blocks.reader import read_block
from synnefo_blocks.references import Reference
from synnefo_core.contracts.storage import Kind, NoSuchThing, Storage


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

    def name(self, number: int) -> bytes:
        """Return the name of a block."""
        found = self._names.get(number)
        if found is None:
            found = self._names[number] = self._content.block_name(number)
        return found

    def _piece(self, number: int, at: int, length: int) -> bytes:
        name = self.name(number)
        if name == ZERO_BLOCK:
            return bytes(length)
        stored = self._trimmed.get(name)
        if stored is not None and at >= stored:
            return bytes(length)
        try:
            piece = self._blocks.get(Kind.BLOCK, name, at, length)
        except NoSuchThing:
            piece = b""
        if len(piece) == length:
            return piece
        if stored is not None and at + len(piece) == stored:
            return piece.ljust(length, b"\0")
        return self._verified(name, number, at, length)

    def _verified(self, name: bytes, number: int, at: int, length: int) -> bytes:
        """Return a piece of a block that is shorter than its slot, or in quarantine."""
        slot = self._content.slot_bytes(number)
        whole = read_block(self._blocks, name, slot, 0, slot)
        size = self._blocks.size(Kind.BLOCK, name)
        if size is not None:
            self._trimmed[name] = size
        return whole[at : at + length]
