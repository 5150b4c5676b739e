# SPDX-License-Identifier: Apache-2.0
"""Tell what is right from what is not, and put right what a second store has."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from itertools import product

from synnefo_blocks.errors import CorruptMap
from synnefo_blocks.maps import verify_record
from synnefo_blocks.quarantine import QUARANTINE
from synnefo_core.contracts.storage import BlockStore, Kind, NoSuchThing

NAMESPACE = {aside: kind for kind, aside in QUARANTINE.items()}


def problem_of(kind: Kind, name: bytes, content: bytes) -> str:
    """Say what is wrong with what is stored under a name; nothing when it is right."""
    kind = NAMESPACE.get(kind, kind)
    if kind is Kind.MAP:
        try:
            verify_record(name, content)
        except CorruptMap as damage:
            return damage.problem
        return ""
    if sha256(content).digest() != name:
        return f"its {len(content)} bytes have another digest"
    if kind is Kind.BLOCK and content.endswith(b"\0"):
        return "it has trailing zeros"
    return ""


def good_copy(sources: Iterable[BlockStore], kind: Kind, name: bytes) -> bytes | None:
    """Return what should be stored under a name, from the first place that has it right."""
    for blocks, place in product(sources, (kind, QUARANTINE[kind])):
        with suppress(NoSuchThing):
            content = blocks.get(place, name)
            if not problem_of(kind, name, content):
                return content
    return None


def replace(blocks: BlockStore, kind: Kind, name: bytes, content: bytes) -> None:
    """Put the right content in the place of what is wrong or missing.

    It goes into quarantine first, so that readers find it at every moment, also after a crash.
    """
    aside = QUARANTINE[kind]
    if not blocks.put(aside, name, content) and problem_of(kind, name, blocks.get(aside, name)):
        blocks.delete(aside, name)
        blocks.put(aside, name, content)
    blocks.delete(kind, name)
    if not blocks.move(aside, name, kind):
        blocks.put(kind, name, content)
