# SPDX-License-Identifier: Apache-2.0
"""Look at every head of a store: is it whole, and does a volume have it?

Volumes may be in use meanwhile. What is found wrong is looked at once more: a volume whose
record has changed since is looked at anew.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from synnefo_blocks.contents import Content
from synnefo_blocks.digests import ZERO_BLOCK
from synnefo_blocks.errors import MissingBlock
from synnefo_blocks.quarantine import is_kept
from synnefo_blocks.references import Reference
from synnefo_blocks.volumes import catalog
from synnefo_blocks.volumes.overlay import MARKS_BYTES, clusters_in, head_bytes
from synnefo_blocks.volumes.record import VolumeRecord, head_name
from synnefo_core.contracts.storage import Corrupt, Kind, NoSuchThing, Storage

ATTEMPTS = 5
"""So often is a volume looked at that changes all the time."""


class Fault(enum.Enum):
    """What can be wrong with a volume."""

    RECORD_DAMAGED = "the record cannot be understood"
    RECORD_CONTRADICTS = "the record contradicts itself"
    HEAD_MISSING = "a head is missing"
    HEAD_TOO_SMALL = "a head is smaller than the volume"
    HEAD_OF_LATER_WRITER = "a head has a later epoch than the record"
    HEAD_DAMAGED = "a head cannot be read, or says what none says"
    BASE_DAMAGED = "what lies beneath is missing or damaged"
    UNFINISHED = "there is no record: it is being made, or was never finished"
    STRAY = "a head belongs to no volume"
    WASTE = "a head that is no longer needed is still there"


SAFE = frozenset({Fault.WASTE})
"""What is repaired: nobody reads those heads, and the record says so."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        volume: The name of the volume.
        fault: What it is.
        detail: Which head, block or field.
        is_repaired: Whether it no longer is.
    """

    volume: str
    fault: Fault
    detail: str
    is_repaired: bool = False

    @property
    def is_harmless(self) -> bool:
        """Whether every volume reads right all the same."""
        return self.fault in (Fault.WASTE, Fault.STRAY, Fault.UNFINISHED)


def check_volumes(storage: Storage, *, repairs: bool = False) -> list[Finding]:
    """Look at every volume of a store; return what is wrong, in the order of the names.

    Args:
        storage: The store; none with heads has no volumes.
        repairs: Whether to remove heads that volumes name as waste. Nothing else is changed.

    Raises:
        StorageUnavailable: The store did not answer.
    """
    if storage.heads is None:
        return []
    by_volume: dict[str, list[str]] = {}
    for head in storage.heads.names():
        by_volume.setdefault(head.partition(".")[0], []).append(head)
    bases: dict[Reference, list[str]] = {}
    found: list[Finding] = []
    for name, heads in sorted(by_volume.items()):
        found += _looked_at(storage, name, heads, bases=bases, repairs=repairs)
    return found


def _looked_at(
    storage: Storage,
    name: str,
    heads: list[str],
    *,
    bases: dict[Reference, list[str]],
    repairs: bool,
) -> list[Finding]:
    """Look at a volume until its record stays the same meanwhile."""
    found: list[Finding] = []
    for _ in range(ATTEMPTS):
        before = _content(storage, name)
        found = list(_volume(storage, name, before, heads, bases))
        if not found or _content(storage, name) == before:
            break
    return [_repaired(storage, each) for each in found] if repairs else found


def _content(storage: Storage, name: str) -> bytes | None:
    """Return the record as stored; None where there is no such head."""
    try:
        return catalog.heads_of(storage).read_control(name)
    except (NoSuchThing, ValueError):
        return None


def _volume(
    storage: Storage,
    name: str,
    content: bytes | None,
    heads: list[str],
    bases: dict[Reference, list[str]],
) -> Iterator[Finding]:
    if content is None:
        yield from (Finding(name, Fault.STRAY, head) for head in heads if _is_there(storage, head))
        return
    if not content:
        yield Finding(name, Fault.UNFINISHED, name)
        return
    try:
        record = VolumeRecord.decode(name, content)
    except Corrupt as fault:
        yield Finding(name, Fault.RECORD_DAMAGED, str(fault))
        return
    yield from (Finding(name, Fault.RECORD_CONTRADICTS, what) for what in _contradictions(record))
    # Of one that is elsewhere there need be nothing.
    there = (*(layer.number for layer in record.layers), record.top) if record.is_here else ()
    for number in there:
        yield from _head(storage, name, record, number)
    yield from _unneeded(storage, name, record, heads)
    if record.base not in bases:
        bases[record.base] = list(_base(storage, record.base))
    yield from (Finding(name, Fault.BASE_DAMAGED, what) for what in bases[record.base])


def _contradictions(record: VolumeRecord) -> Iterator[str]:
    numbers = [*(layer.number for layer in record.layers), record.top]
    if any(one >= other for one, other in pairwise(numbers)):
        yield f"layers and top are not in order: {numbers}"
    if record.sealed >= numbers[0]:
        yield f"layer {numbers[0]} is there, and {record.sealed} is sealed"
    if set(record.waste) & set(numbers):
        yield f"what is in use is waste: {sorted(set(record.waste) & set(numbers))}"
    if record.base.size_bytes > record.size_bytes:
        yield f"the base has {record.base.size_bytes} bytes, the volume {record.size_bytes}"


def _head(storage: Storage, name: str, record: VolumeRecord, number: int) -> Iterator[Finding]:
    heads, own = catalog.heads_of(storage), head_name(name, number)
    try:
        head = heads.show(own)
        least = head_bytes(record.size_bytes if number == record.top else 0)
        if head.size_bytes < least:
            yield Finding(name, Fault.HEAD_TOO_SMALL, f"{own}: {head.size_bytes} of {least} bytes")
        if head.epoch > record.epoch:
            detail = f"{own}: {head.epoch} after {record.epoch}"
            yield Finding(name, Fault.HEAD_OF_LATER_WRITER, detail)
        runs = heads.present(own)
        yield from _marks(storage, name, own, runs)
    except NoSuchThing:
        yield Finding(name, Fault.HEAD_MISSING, own)
    except Corrupt as fault:
        yield Finding(name, Fault.HEAD_DAMAGED, str(fault))


def _marks(storage: Storage, name: str, own: str, runs: list[tuple[int, int]]) -> Iterator[Finding]:
    heads = catalog.heads_of(storage)
    clusters = clusters_in(heads.show(own).size_bytes - MARKS_BYTES)
    for offset, length in runs:
        if offset >= MARKS_BYTES:
            continue
        marks = heads.read(own, offset, min(length, MARKS_BYTES - offset))
        if marks.strip(b"\0\1") or 1 in marks[max(0, clusters - offset) :]:
            yield Finding(name, Fault.HEAD_DAMAGED, f"{own}: its marks are none")


def _unneeded(
    storage: Storage, name: str, record: VolumeRecord, heads: list[str]
) -> Iterator[Finding]:
    for number in record.waste:
        # Its writer may still read it, and removes it then.
        if not record.is_open and _is_there(storage, head_name(name, number)):
            yield Finding(name, Fault.WASTE, head_name(name, number))
    # The next top may be there already: a freeze has begun.
    known = {name, *(head_name(name, number) for number in (*record.heads, record.top + 1))}
    yield from (
        Finding(name, Fault.STRAY, head)
        for head in heads
        if head not in known and _is_there(storage, head)
    )


def _base(storage: Storage, reference: Reference) -> Iterator[str]:
    """Yield what is wrong with a content; the bytes of blocks are not read: that is a scrub."""
    try:
        content = Content(storage, reference)
        for name in dict.fromkeys(content.block_names()):
            if name != ZERO_BLOCK and not is_kept(storage.blocks, Kind.BLOCK, name):
                yield f"block {name.hex()} of {reference} is missing"
    except (Corrupt, MissingBlock) as fault:
        yield f"{reference}: {fault}"


def _is_there(storage: Storage, head: str) -> bool:
    try:
        catalog.heads_of(storage).show(head)
    except NoSuchThing:
        return False
    except Corrupt:
        return True
    return True


def _repaired(storage: Storage, finding: Finding) -> Finding:
    if finding.fault not in SAFE:
        return finding
    catalog.remove_waste(storage, finding.volume)
    return Finding(finding.volume, finding.fault, finding.detail, is_repaired=True)
