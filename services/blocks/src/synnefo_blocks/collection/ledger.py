# SPDX-License-Identifier: Apache-2.0
"""What a collection found and did, counted."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field

from synnefo_core.contracts.storage import Kind


class Fate(enum.Enum):
    """What becomes of a block, map or layer."""

    LIVE = "live"
    """A root reaches it, and it is in its place."""
    YOUNG = "young"
    """No root reaches it, but it was stored or touched within the grace period."""
    QUARANTINED = "quarantined"
    """No root reaches it and it is old: put into quarantine."""
    WAITING = "waiting"
    """In quarantine, not for long enough."""
    RESTORED = "restored"
    """In quarantine, and a root reaches it again: put back."""
    DELETED = "deleted"
    """Long enough in quarantine, or in its place as well: deleted."""
    MISSING = "missing"
    """A root reaches it and the store does not have it."""


@dataclass
class Ledger:
    """The result of a collection, or of a dry run: what it would be.

    Attributes:
        store: The store's name.
        began_at: The moment whose roots it knew, by the store's clock.
        is_dry_run: Nothing was changed.
        references: How many references each owner has.
        counts: Things by kind and fate.
        sizes: Their stored bytes; nothing for what is missing.
        missing: What roots reach and the store does not have, as (kind, digest); the first ones.
        damaged: Maps and leaves that can't be read, with what is wrong; what only they name is not
            known.
        stuck: How many moves the full store had no room for; a later collection makes them.
    """

    MOST_NAMED = 100_000

    store: str
    began_at: float
    is_dry_run: bool = False
    references: Counter[str] = field(default_factory=Counter)
    counts: Counter[tuple[Kind, Fate]] = field(default_factory=Counter)
    sizes: Counter[tuple[Kind, Fate]] = field(default_factory=Counter)
    missing: list[tuple[Kind, bytes]] = field(default_factory=list)
    damaged: list[tuple[bytes, str]] = field(default_factory=list)
    stuck: int = 0

    def add(self, kind: Kind, fate: Fate, size_bytes: int = 0) -> None:
        """Count one thing."""
        self.counts[kind, fate] += 1
        self.sizes[kind, fate] += size_bytes

    def lost(self, kind: Kind, digest: bytes) -> None:
        """Count something that is missing."""
        self.add(kind, Fate.MISSING)
        if len(self.missing) < self.MOST_NAMED:
            self.missing.append((kind, digest))

    def total(self, fate: Fate) -> int:
        """Return how many things, of any kind, have a fate."""
        return sum(count for (_, of), count in self.counts.items() if of is fate)

    @property
    def is_sound(self) -> bool:
        """Whether everything that a root reaches is there."""
        return not self.damaged and not self.total(Fate.MISSING)
