# SPDX-License-Identifier: Apache-2.0
"""Which blocks a content is made of."""

from __future__ import annotations

from collections.abc import Iterator

from synnefo_blocks.digests import split
from synnefo_blocks.errors import CorruptMap
from synnefo_blocks.maps import Map, block_count, leaf_entries, read_leaf, read_map
from synnefo_blocks.quarantine import fetch
from synnefo_blocks.references import Reference
from synnefo_core.contracts.storage import DIGEST_BYTES, Kind, Storage


class Content:
    """A content's list of blocks; leaves are read when they are needed, one is kept."""

    def __init__(self, storage: Storage, reference: Reference) -> None:
        """Read the map, if the content has one. Blocks the caller.

        Raises:
            MissingBlock: The store has no such map.
            CorruptMap: It is not what its name or the reference says.
            StorageUnavailable: The store did not answer.
        """
        self._blocks = storage.blocks
        self.size_bytes = reference.size_bytes
        self._map: Map | None = None
        self._names = reference.digest
        self._leaf: tuple[int, bytes] = (-1, b"")
        if reference.kind is Kind.BLOCK:
            self.block_bytes = max(storage.properties.block_bytes, reference.size_bytes)
            return
        self._map = read_map(reference.digest, fetch(self._blocks, Kind.MAP, reference.digest))
        if self._map.size_bytes != reference.size_bytes:
            raise CorruptMap(reference.digest, "its size is not that of the reference")
        self.block_bytes, self._names = self._map.block_bytes, self._map.entries

    @property
    def block_count(self) -> int:
        """The number of blocks; none for an empty content."""
        return block_count(self.size_bytes, self.block_bytes)

    @property
    def has_leaves(self) -> bool:
        """Whether names of blocks may have to be read from the store."""
        return self._map is not None and self._map.has_leaves

    def block_name(self, number: int) -> bytes:
        """Return the name of a block, counted from 0. May block the caller, to read a leaf."""
        if self._map is None or not self._map.has_leaves:
            return self._names[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES]
        leaf, at = divmod(number, leaf_entries(self.block_bytes))
        return self._leaf_names(leaf)[at * DIGEST_BYTES : (at + 1) * DIGEST_BYTES]

    def slot_bytes(self, number: int) -> int:
        """Return how many bytes of the content a block stands for."""
        return min(self.block_bytes, self.size_bytes - number * self.block_bytes)

    def block_names(self) -> Iterator[bytes]:
        """Yield the name of every block in order; reads all leaves."""
        return (self.block_name(number) for number in range(self.block_count))

    def leaf_names(self) -> list[bytes]:
        """Return the names of the leaves; none where the map lists the blocks itself."""
        return split(self._names) if self.has_leaves else []

    def _leaf_names(self, leaf: int) -> bytes:
        # Several threads read blocks of one content: what is kept is replaced in one go.
        kept, names = self._leaf
        if kept == leaf:
            return names
        full = leaf_entries(self.block_bytes)
        name = self._names[leaf * DIGEST_BYTES : (leaf + 1) * DIGEST_BYTES]
        count = min(full, self.block_count - leaf * full)
        record = fetch(self._blocks, Kind.MAP, name)
        names = read_leaf(name, record, block_bytes=self.block_bytes, count=count)
        self._leaf = (leaf, names)
        return names
