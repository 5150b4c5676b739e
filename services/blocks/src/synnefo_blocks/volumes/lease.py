# SPDX-License-Identifier: Apache-2.0
"""How a writer stops in time where the store itself does not refuse it.

No clocks are compared. A writer may write for as long as a lease, less a margin, from when it last
*began* to ask whether its epoch still is the volume's. Who takes over says so first, and then waits
for a lease and a margin: whatever the old writer was told before has run out by then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from synnefo_blocks.errors import Lapsed
from synnefo_core.clock import Clock
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.storage import Fenced


@dataclass(frozen=True)
class LeaseTerms:
    """How long a writer may go on unasked.

    Attributes:
        lease_s: Seconds for which an answer counts; the same for all who use a store.
        margin_s: Seconds for what is on its way and for clocks that run unevenly; shorter.
    """

    lease_s: float = 20.0
    margin_s: float = 5.0

    def __post_init__(self) -> None:
        """Refuse terms under which nobody ever may write.

        Raises:
            Misconfigured: The margin is not shorter than the lease.
        """
        if not 0 <= self.margin_s < self.lease_s:
            msg = (
                f"lease_margin_s ({self.margin_s:g}) has to be less than lease_s ({self.lease_s:g})"
            )
            raise Misconfigured(msg)

    @property
    def wait_s(self) -> float:
        """How long a new writer waits for one that may still be writing."""
        return self.lease_s + self.margin_s

    @property
    def renew_every_s(self) -> float:
        """How often a writer asks, in seconds: three times before its lease runs out."""
        return (self.lease_s - self.margin_s) / 3


class Lease:
    """What one writer knows of its right to write."""

    def __init__(self, name: str, terms: LeaseTerms, clock: Clock, *, is_needed: bool) -> None:
        """Begin without a right, or with a lasting one where the store refuses old writers."""
        self._name, self._terms, self._clock = name, terms, clock
        self._is_needed = is_needed
        self._until = -math.inf if is_needed else math.inf

    def begin(self) -> float:
        """Return the moment to pass to :meth:`extend`; taken before the store is asked."""
        return self._clock.monotonic()

    def extend(self, began: float) -> None:
        """Say that the store, asked at ``began``, knew of no other writer."""
        if self._is_needed and self._until != math.inf:
            self._until = max(self._until, began + self._terms.lease_s - self._terms.margin_s)

    def end(self) -> None:
        """Say that there is another writer, or none any more."""
        self._until = -math.inf
        self._is_needed = False

    @property
    def renew_every_s(self) -> float:
        """How often to ask, in seconds."""
        return self._terms.renew_every_s

    def check(self) -> None:
        """Refuse to go on without a right to.

        Raises:
            Lapsed: It has run out, and may come back with the next answer.
            Fenced: There is another writer, or none any more.
        """
        until = self._until
        if until == math.inf or self._clock.monotonic() < until:
            return
        if until == -math.inf:
            raise Fenced(f"volume {self._name} is written by nobody here")
        raise Lapsed(f"the right to write volume {self._name} has run out")
