# SPDX-License-Identifier: Apache-2.0
"""Sweep: compare what is reached with what is there, and decide the fate of each thing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from synnefo_blocks.collection.ledger import Fate, Ledger
from synnefo_blocks.collection.marking import Marks
from synnefo_blocks.progress import Tell, share_of
from synnefo_blocks.quarantine import QUARANTINE, is_kept
from synnefo_core.contracts.storage import DIGEST_BYTES, BlockStore, Entry, Kind, StorageFull
from synnefo_core.offload import Offload, Pending

MOVES_AT_ONCE = 16

_BEHIND_ALL = b"\xff" * (DIGEST_BYTES + 1)


@dataclass(frozen=True)
class Periods:
    """How long things are spared, in seconds of the store's clock.

    Attributes:
        grace_s: What was stored or touched within it is no garbage yet.
        quarantine_s: How long garbage can come back.
    """

    grace_s: float
    quarantine_s: float


@dataclass(frozen=True)
class Found:
    """A name, and where it was found: reached by a root, in its place, in quarantine."""

    name: bytes
    is_reached: bool = False
    here: Entry | None = None
    aside: Entry | None = None


def joined(
    reached: Iterator[bytes], here: Iterator[Entry], aside: Iterator[Entry]
) -> Iterator[Found]:
    """Merge three lists in the order of the names."""
    name, entry, other = next(reached, None), next(here, None), next(aside, None)
    while name is not None or entry is not None or other is not None:
        least = min(
            name or _BEHIND_ALL,
            entry.digest if entry else _BEHIND_ALL,
            other.digest if other else _BEHIND_ALL,
        )
        at_entry = entry if entry and entry.digest == least else None
        at_other = other if other and other.digest == least else None
        yield Found(least, name == least, at_entry, at_other)
        name = next(reached, None) if name == least else name
        entry = next(here, None) if at_entry else entry
        other = next(aside, None) if at_other else other


class Sweep:
    """One pass over the things of a kind."""

    def __init__(
        self, blocks: BlockStore, offload: Offload, ledger: Ledger, periods: Periods
    ) -> None:
        """Prepare to judge by the moment at which the collection began."""
        self._blocks, self._offload, self._ledger = blocks, offload, ledger
        self._spared_since = ledger.began_at - periods.grace_s
        self._held_since = ledger.began_at - periods.quarantine_s
        self._moving: deque[Pending[bool]] = deque()

    def run(self, kind: Kind, marks: Marks, tell: Tell) -> None:
        """Judge everything of a kind; what is decided is done unless it is a dry run."""
        everything = joined(
            marks.reached(kind),
            self._blocks.entries(kind),
            self._blocks.entries(QUARANTINE[kind]),
        )
        for number, found in enumerate(everything, 1):
            if found.is_reached:
                self._keep(kind, found)
            else:
                self._judge(kind, found)
            tell(f"{kind.value}s", number, share_of(found.name))
        self._settle(0)

    def _keep(self, kind: Kind, found: Found) -> None:
        if found.here is not None:
            self._ledger.add(kind, Fate.LIVE, found.here.size_bytes)
            if found.aside is not None:
                self._delete_spare(kind, found.aside)
        elif found.aside is not None:
            self._ledger.add(kind, Fate.RESTORED, found.aside.size_bytes)
            self._move(QUARANTINE[kind], found.name, kind)
        elif is_kept(self._blocks, kind, found.name):
            # Stored or brought back since its part of the store was listed.
            self._ledger.add(kind, Fate.LIVE)
        else:
            self._ledger.lost(kind, found.name)

    def _delete_spare(self, kind: Kind, aside: Entry) -> None:
        if self._blocks.size(kind, aside.digest) is not None:
            self._ledger.add(kind, Fate.DELETED, aside.size_bytes)
            self._delete(QUARANTINE[kind], aside.digest)

    def _judge(self, kind: Kind, found: Found) -> None:
        if found.aside is not None:
            is_over = found.aside.modified_at < self._held_since
            fate = Fate.DELETED if is_over else Fate.WAITING
            self._ledger.add(kind, fate, found.aside.size_bytes)
            if is_over:
                self._delete(QUARANTINE[kind], found.name)
        if found.here is not None:
            is_old = found.here.modified_at < self._spared_since
            fate = Fate.QUARANTINED if is_old else Fate.YOUNG
            self._ledger.add(kind, fate, found.here.size_bytes)
            if is_old:
                self._move(kind, found.name, QUARANTINE[kind])

    def _move(self, kind: Kind, name: bytes, to: Kind) -> None:
        if not self._ledger.is_dry_run:
            self._moving.append(self._offload.submit(self._blocks.move, kind, name, to))
            self._settle(MOVES_AT_ONCE)

    def _delete(self, kind: Kind, name: bytes) -> None:
        # At once: what is moved under the same name afterwards must stay.
        if not self._ledger.is_dry_run:
            self._blocks.delete(kind, name)

    def _settle(self, most: int) -> None:
        while len(self._moving) > most:
            try:
                self._moving.popleft().result()
            except StorageFull:
                # It stays where it is, and what is deleted meanwhile makes room for the next time.
                self._ledger.stuck += 1
