# SPDX-License-Identifier: Apache-2.0
"""Maps: lists of block names as immutable bytes, themselves named by what they say.

A content has one map and a map one form, so equal contents have equal maps. Up to
:func:`leaf_entries` blocks a map lists them itself; a longer one lists leaves, which do, so that
contents that differ in one place share all leaves but one.

Source: docs/design/blocks-format.rst, "Maps".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from synnefo_blocks.digests import ZERO_BLOCK
from synnefo_blocks.errors import ContentTooLong, CorruptMap
from synnefo_blocks.references import Reference
from synnefo_core.contracts.storage import BLOCK_BYTES, DIGEST_BYTES, Kind

VERSION = 1
LEAF_ENTRIES = 1024
"""Blocks in a full leaf: 4 GiB of content in 32 KiB."""

_MAP = struct.Struct(">4sBBxxIIQ")
_LEAF = struct.Struct(">4sBxxxII")
_MAP_MAGIC, _LEAF_MAGIC = b"SYNM", b"SYNL"
_MAP_DOMAIN, _LEAF_DOMAIN = b"synnefo map 1\n", b"synnefo leaf 1\n"


def leaf_entries(block_bytes: int) -> int:
    """Return how many blocks a full leaf lists; fewer than usual where blocks are tiny."""
    return min(LEAF_ENTRIES, block_bytes // 64)


def largest_content(block_bytes: int = BLOCK_BYTES) -> int:
    """Return the most bytes that a map can describe: 512 TiB with blocks of 4 MiB."""
    leaves = (block_bytes - _MAP.size) // DIGEST_BYTES
    return leaves * leaf_entries(block_bytes) * block_bytes


def map_name(record: bytes) -> bytes:
    """Return the name of a stored map."""
    return sha256(_MAP_DOMAIN + record).digest()


def leaf_name(record: bytes) -> bytes:
    """Return the name of a stored leaf."""
    return sha256(_LEAF_DOMAIN + record).digest()


def block_count(size_bytes: int, block_bytes: int) -> int:
    """Return how many blocks a content of this size has."""
    return -(-size_bytes // block_bytes)


@dataclass(frozen=True)
class Sealed:
    """A content's map, ready to be stored.

    Attributes:
        reference: The content.
        records: What is to be stored as (name, bytes) of kind MAP, in this order: a map comes
            after its leaves, so that what is there is whole. Empty for at most one block.
    """

    reference: Reference
    records: tuple[tuple[bytes, bytes], ...] = ()


def seal(names: bytes, size_bytes: int, block_bytes: int = BLOCK_BYTES) -> Sealed:
    """Make the map of a content from the concatenated names of its blocks.

    Raises:
        ContentTooLong: No map of this block size can describe it.
        ValueError: The number of names does not fit the size.
    """
    if size_bytes > largest_content(block_bytes):
        raise ContentTooLong(largest_content(block_bytes))
    count = block_count(size_bytes, block_bytes)
    if len(names) != count * DIGEST_BYTES:
        raise ValueError(f"{len(names) / DIGEST_BYTES:g} names for {count} blocks")
    if count <= 1:
        return Sealed(Reference(Kind.BLOCK, names or ZERO_BLOCK, size_bytes))
    leaves = []
    level, entries = 0, names
    if count > leaf_entries(block_bytes):
        leaves = [(leaf_name(leaf), leaf) for leaf in _leaves(names, block_bytes)]
        level, entries = 1, b"".join(name for name, _ in leaves)
    header = _MAP.pack(
        _MAP_MAGIC, VERSION, level, block_bytes, len(entries) // DIGEST_BYTES, size_bytes
    )
    record = header + entries
    name = map_name(record)
    # Leaves of zeros are all the same: each is stored once.
    records = (*dict(leaves).items(), (name, record))
    return Sealed(Reference(Kind.MAP, name, size_bytes), records)


def _leaves(names: bytes, block_bytes: int) -> Iterator[bytes]:
    step = leaf_entries(block_bytes) * DIGEST_BYTES
    for at in range(0, len(names), step):
        part = names[at : at + step]
        yield _LEAF.pack(_LEAF_MAGIC, VERSION, block_bytes, len(part) // DIGEST_BYTES) + part


@dataclass(frozen=True)
class Map:
    """A stored map, read.

    Attributes:
        entries: Concatenated names: of blocks, or of leaves when ``has_leaves``.
    """

    size_bytes: int
    block_bytes: int
    has_leaves: bool
    entries: bytes


def read_map(name: bytes, record: bytes) -> Map:
    """Return what a stored map says.

    Raises:
        CorruptMap: It is not the one that the name promises, or not in its one right form.
    """
    if map_name(record) != name:
        raise CorruptMap(name, "its content has another name")
    if len(record) < _MAP.size or record[6:8] != b"\0\0":
        raise CorruptMap(name, "its header is not one")
    magic, version, level, block_bytes, count, size_bytes = _MAP.unpack_from(record)
    if (magic, version) != (_MAP_MAGIC, VERSION) or level > 1 or block_bytes < 64:
        raise CorruptMap(name, "its header is of no version that is known")
    blocks, per_leaf = block_count(size_bytes, block_bytes), leaf_entries(block_bytes)
    expected = block_count(blocks, per_leaf) if level else blocks
    is_right_level = blocks > per_leaf if level else 1 < blocks <= per_leaf
    if not is_right_level or count != expected or len(record) != _MAP.size + count * DIGEST_BYTES:
        raise CorruptMap(name, "its entries do not fit its size")
    return Map(size_bytes, block_bytes, bool(level), record[_MAP.size :])


def read_leaf(name: bytes, record: bytes, *, block_bytes: int, count: int) -> bytes:
    """Return the concatenated block names of a stored leaf, as many as its map expects.

    Raises:
        CorruptMap: It is not the one that the name promises, or does not fit its map.
    """
    if leaf_name(record) != name:
        raise CorruptMap(name, "its content has another name")
    header = _LEAF.pack(_LEAF_MAGIC, VERSION, block_bytes, count)
    if record[: _LEAF.size] != header or len(record) != _LEAF.size + count * DIGEST_BYTES:
        raise CorruptMap(name, "it does not fit the map that names it")
    return record[_LEAF.size :]


def listed_blocks(name: bytes, record: bytes) -> bytes:
    """Return the concatenated block names of a stored leaf, whatever map it is part of.

    Raises:
        CorruptMap: It is not the one that the name promises, or no leaf.
    """
    if leaf_name(record) != name:
        raise CorruptMap(name, "its content has another name")
    if len(record) < _LEAF.size or not record.startswith(_LEAF_MAGIC):
        raise CorruptMap(name, "its header is not one")
    _, version, block_bytes, count = _LEAF.unpack_from(record)
    if version != VERSION or not 0 < count <= leaf_entries(block_bytes):
        raise CorruptMap(name, "its header is of no version that is known")
    return read_leaf(name, record, block_bytes=block_bytes, count=count)


def verify_record(name: bytes, record: bytes) -> None:
    """Check what is stored as a map or leaf.

    Raises:
        CorruptMap: It is neither of them under this name.
    """
    if record.startswith(_LEAF_MAGIC):
        listed_blocks(name, record)
    else:
        read_map(name, record)
