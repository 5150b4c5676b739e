# SPDX-License-Identifier: Apache-2.0
"""The storage engine: contents of any size as lists of blocks named by their digest.

It knows no database and no web. ``write`` stores a stream and returns what to remember of it;
:class:`Reader` gives it back. Formats: docs/design/blocks-format.rst.
"""

from synnefo_blocks.contents import Content
from synnefo_blocks.digests import ZERO_BLOCK, block_name, object_hash, split, trimmed
from synnefo_blocks.errors import ContentTooLong, CorruptBlock, CorruptMap, MissingBlock
from synnefo_blocks.lanes import Lane
from synnefo_blocks.maps import Sealed, largest_content, seal
from synnefo_blocks.reader import Reader, read_block
from synnefo_blocks.references import EMPTY, Reference
from synnefo_blocks.writer import Read, Written, settle, store_block, store_blocks, store_map, write

__all__ = [
    "EMPTY",
    "ZERO_BLOCK",
    "Content",
    "ContentTooLong",
    "CorruptBlock",
    "CorruptMap",
    "Lane",
    "MissingBlock",
    "Read",
    "Reader",
    "Reference",
    "Sealed",
    "Written",
    "block_name",
    "largest_content",
    "object_hash",
    "read_block",
    "seal",
    "settle",
    "split",
    "store_block",
    "store_blocks",
    "store_map",
    "trimmed",
    "write",
]
