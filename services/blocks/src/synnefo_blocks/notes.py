# SPDX-License-Identifier: Apache-2.0
"""Notes: what a store says about itself, as small immutable things of kind NOTE.

A note is a JSON object with sorted keys, named by the SHA-256 of its bytes; its key ``note`` says
what it is about. So any store can hold notes, and two who write the same one write it once.

Source: docs/design/blocks-format.rst, "Notes".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from synnefo_blocks.errors import CorruptNote
from synnefo_core.contracts.storage import DIGEST_BYTES, BlockStore, Kind, NoSuchThing

CLOCK = {"note": "clock"}


@dataclass(frozen=True)
class Note:
    """A stored note; ``written_at`` is by the store's clock."""

    digest: bytes
    fields: Mapping[str, str]
    written_at: float


def record(fields: Mapping[str, str]) -> bytes:
    """Return a note as it is stored."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def write(blocks: BlockStore, fields: Mapping[str, str]) -> bytes:
    """Store a note, or make one that is there young again; return its name."""
    content = record(fields)
    name = sha256(content).digest()
    # Touched first: in a full store there is no room for what need not be written.
    while not blocks.touch(Kind.NOTE, name) and not blocks.put(Kind.NOTE, name, content):
        continue
    return name


def read(blocks: BlockStore, about: str) -> Iterator[Note]:
    """Yield the notes about something.

    Raises:
        CorruptNote: A note of the store is damaged; what it said is not known.
    """
    for entry in blocks.entries(Kind.NOTE):
        try:
            content = blocks.get(Kind.NOTE, entry.digest)
        except NoSuchThing:
            continue
        if sha256(content).digest() != entry.digest:
            raise CorruptNote(entry.digest)
        fields = json.loads(content)
        if fields["note"] == about:
            yield Note(entry.digest, fields, entry.modified_at)


def store_time(blocks: BlockStore) -> float:
    """Return what time it is by the store's clock, which says how old things are."""
    name = write(blocks, CLOCK)
    before = (int.from_bytes(name) - 1).to_bytes(DIGEST_BYTES)
    return next(blocks.entries(Kind.NOTE, after=before)).modified_at
