# SPDX-License-Identifier: Apache-2.0
"""Mark: from the roots that all owners name to everything that they reach.

Each level is written to disk as a sorted set before the next is read, so that memory is bounded
and each map and leaf is read once, however many roots share it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from synnefo_blocks import volumes
from synnefo_blocks.collection.ledger import Ledger
from synnefo_blocks.collection.runs import Runs, merged
from synnefo_blocks.digests import ZERO_BLOCK, split
from synnefo_blocks.errors import CorruptMap, MissingBlock
from synnefo_blocks.maps import listed_blocks, read_map
from synnefo_blocks.progress import Tell, share_of
from synnefo_blocks.quarantine import fetch
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Kind, Storage
from synnefo_core.offload import Offload, Pending

READS_AT_ONCE = 8

Listed = tuple[bool, bytes]
"""Whether names are those of leaves, and the names, concatenated."""


class Marks:
    """What the roots of a store reach, as they were at one moment."""

    def __init__(self, directory: Path) -> None:
        """Begin with nothing; sets lie in ``directory``."""
        self.roots = {
            kind: Runs(directory, f"root-{kind.value}")
            for kind in (Kind.BLOCK, Kind.MAP, Kind.LAYER)
        }
        self.leaves = Runs(directory, "leaf")
        self.blocks = Runs(directory, "block")

    def reached(self, kind: Kind) -> Iterator[bytes]:
        """Yield the names of what is reached, in order."""
        found = {
            Kind.BLOCK: (self.roots[Kind.BLOCK], self.blocks),
            Kind.MAP: (self.roots[Kind.MAP], self.leaves),
            Kind.LAYER: (self.roots[Kind.LAYER],),
        }
        return merged(*found[kind])


def mark(
    context: RequestContext, storage: Storage, marks: Marks, ledger: Ledger, tell: Tell
) -> None:
    """Ask every owner for its roots, in one snapshot of the database, and follow them.

    What can't be followed is noted in ``ledger.damaged``.
    """
    with context.reading(is_snapshot=True):
        _ask(context, marks, ledger, tell)
        _look(storage, marks, ledger, tell)
    _follow(context.cloud.offload, storage, marks, ledger, tell)


def _ask(context: RequestContext, marks: Marks, ledger: Ledger, tell: Tell) -> None:
    answers = context.cloud.plugins.answers("storage_roots", context=context, store=ledger.store)
    for owner, roots in answers:
        for kind, digest in roots:
            if digest != ZERO_BLOCK:
                marks.roots[kind].add(digest)
            ledger.references[owner] += 1
            tell("references", ledger.references.total())


def _look(storage: Storage, marks: Marks, ledger: Ledger, tell: Tell) -> None:
    """Take what volumes lie over: the store says so itself, whoever owns them.

    Within the snapshot, so after it began: who makes a volume of a content that somebody else gives up
    holds the other's row meanwhile, so that either the row is in the snapshot or the volume is here.
    """
    for reference in volumes.roots(storage):
        if reference.is_stored:
            marks.roots[reference.kind].add(reference.digest)
        ledger.references["volumes"] += 1
        tell("references", ledger.references.total())


def _follow(offload: Offload, storage: Storage, marks: Marks, ledger: Ledger, tell: Tell) -> None:
    def names_of_map(name: bytes) -> Listed:
        found = read_map(name, fetch(storage.blocks, Kind.MAP, name))
        return found.has_leaves, found.entries

    def names_of_leaf(name: bytes) -> Listed:
        return False, listed_blocks(name, fetch(storage.blocks, Kind.MAP, name))

    steps = (("maps", marks.roots[Kind.MAP], names_of_map), ("leaves", marks.leaves, names_of_leaf))
    for stage, names, read in steps:
        for number, found in enumerate(_read_all(offload, names, read, ledger), 1):
            name, (has_leaves, entries) = found
            target = marks.leaves if has_leaves else marks.blocks
            target.update(entry for entry in split(entries) if entry != ZERO_BLOCK)
            tell(stage, number, share_of(name))


def _read_all(
    offload: Offload, names: Iterable[bytes], read: Callable[[bytes], Listed], ledger: Ledger
) -> Iterator[tuple[bytes, Listed]]:
    """Yield maps or leaves with what they list; several are read at once."""

    def settled(name: bytes, pending: Pending[Listed]) -> Iterator[tuple[bytes, Listed]]:
        try:
            yield name, pending.result()
        except (CorruptMap, MissingBlock) as damage:
            ledger.damaged.append((name, str(damage)))

    ahead: deque[tuple[bytes, Pending[Listed]]] = deque()
    for name in names:
        ahead.append((name, offload.submit(read, name)))
        if len(ahead) >= READS_AT_ONCE:
            yield from settled(*ahead.popleft())
    while ahead:
        yield from settled(*ahead.popleft())
