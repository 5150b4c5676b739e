# SPDX-License-Identifier: Apache-2.0
"""Scrub: read everything in a store again and compare it with its name."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

from synnefo_blocks.collection.lease import only_one
from synnefo_blocks.collection.repair import NAMESPACE, good_copy, problem_of, replace
from synnefo_blocks.progress import Tell, share_of, silent
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import BlockStore, Kind, NoSuchThing
from synnefo_core.offload import Offload, Pending

READS_AT_ONCE = 4
"""Blocks in memory at a time."""


@dataclass(frozen=True)
class Fault:
    """Something that is not what its name says."""

    kind: Kind
    digest: bytes
    problem: str
    is_repaired: bool = False


@dataclass
class Scrubbed:
    """The result of a scrub."""

    things: int = 0
    bytes_read: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether all is right now."""
        return all(fault.is_repaired for fault in self.faults)


def scrub(
    context: RequestContext, store: str, *, repair_from: str = "", tell: Tell = silent
) -> Scrubbed:
    """Read everything, quarantine and notes too; repair what another store has right.

    What is written or deleted meanwhile may or may not be read. Without ``repair_from`` nothing is
    changed.

    Raises:
        Busy: It is to repair, and a collection of the store is running.
        StorageUnavailable: One of the stores does not answer.
    """
    blocks, offload = context.cloud.store(store).blocks, context.cloud.offload
    result = Scrubbed()
    held = only_one(context, store) if repair_from else nullcontext(lambda: None)
    with held as renew:
        sources = [blocks, context.cloud.store(repair_from).blocks] if repair_from else []
        everything = ((kind, found) for kind in Kind for found in _read_all(blocks, offload, kind))
        for kind, (name, size_bytes, problem) in everything:
            result.things += 1
            result.bytes_read += size_bytes
            if problem:
                is_repaired = _repaired(blocks, sources, kind, name)
                result.faults.append(Fault(kind, name, problem, is_repaired))
            renew()
            tell(f"{kind.value}s", result.things, share_of(name))
    return result


def _repaired(blocks: BlockStore, sources: list[BlockStore], kind: Kind, name: bytes) -> bool:
    if not sources or kind is Kind.NOTE:
        return False
    place = NAMESPACE.get(kind, kind)
    content = good_copy(sources, place, name)
    if content is None:
        return False
    if place is not kind:
        # In quarantine: what is right is there afterwards, or in its place.
        blocks.delete(kind, name)
        blocks.put(kind, name, content)
    else:
        replace(blocks, kind, name, content)
    return True


def _read_all(blocks: BlockStore, offload: Offload, kind: Kind) -> Iterator[tuple[bytes, int, str]]:
    """Yield names with the size and what is wrong; what has gone meanwhile is left out."""

    def look(name: bytes) -> tuple[int, str] | None:
        try:
            content = blocks.get(kind, name)
        except NoSuchThing:
            return None
        return len(content), problem_of(kind, name, content)

    def settled() -> Iterator[tuple[bytes, int, str]]:
        name, pending = ahead.popleft()
        found = pending.result()
        if found is not None:
            yield name, *found

    ahead: deque[tuple[bytes, Pending[tuple[int, str] | None]]] = deque()
    for entry in blocks.entries(kind):
        ahead.append((entry.digest, offload.submit(look, entry.digest)))
        if len(ahead) >= READS_AT_ONCE:
            yield from settled()
    while ahead:
        yield from settled()
