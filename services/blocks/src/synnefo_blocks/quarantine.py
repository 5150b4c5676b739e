# SPDX-License-Identifier: Apache-2.0
"""Where garbage waits before it is deleted: out of the way of writers, in sight of readers.

Source: docs/design/blocks-format.rst, "Garbage collection".
"""

from __future__ import annotations

from synnefo_blocks.errors import MissingBlock
from synnefo_core.contracts.storage import BlockStore, Kind, NoSuchThing

QUARANTINE = {
    Kind.BLOCK: Kind.QUARANTINED_BLOCK,
    Kind.MAP: Kind.QUARANTINED_MAP,
    Kind.LAYER: Kind.QUARANTINED_LAYER,
}


def fetch(
    blocks: BlockStore, kind: Kind, name: bytes, offset: int = 0, length: int | None = None
) -> bytes:
    """Return a part of a block or map, wherever it is.

    What is not in its place is looked for in quarantine, and then in its place once more: it may
    have come back between the two.

    Raises:
        MissingBlock: The store does not have it.
        StorageUnavailable: The store did not answer.
    """
    for place in (kind, QUARANTINE[kind]):
        try:
            return blocks.get(place, name, offset, length)
        except NoSuchThing:
            continue
    try:
        return blocks.get(kind, name, offset, length)
    except NoSuchThing as cause:
        raise MissingBlock(kind, name) from cause


def is_kept(blocks: BlockStore, kind: Kind, name: bytes) -> bool:
    """Say whether the store has it, in its place or in quarantine."""
    places = (kind, QUARANTINE[kind], kind)
    return any(blocks.size(place, name) is not None for place in places)
