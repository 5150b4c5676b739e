# SPDX-License-Identifier: Apache-2.0
"""Where everything of a volume is, at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synnefo_blocks.volumes.base import Base, Stored
from synnefo_blocks.volumes.overlay import Overlay, clusters_in
from synnefo_blocks.volumes.states import BASE, ZERO, runs
from synnefo_core.contracts.storage import CLUSTER_BYTES

Part = Stored | bytes
"""What is sent out of a file, or has been read."""


@dataclass(frozen=True)
class View:
    """Where the clusters of a volume are; readers take one and need no lock.

    Attributes:
        states: One byte for each cluster, changed in place by writers.
        overlays: By slot; the layers that are there and the top.
        slot: That of the top.
    """

    states: bytearray
    overlays: dict[int, Overlay]
    slot: int
    base: Base

    @property
    def top(self) -> Overlay:
        """What is written to."""
        return self.overlays[self.slot]

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes within the volume."""
        first = offset // CLUSTER_BYTES
        if offset % CLUSTER_BYTES + length <= CLUSTER_BYTES:
            return self._piece(self.states[first], offset, length)
        states = self.states[first : clusters_in(offset + length)]
        pieces = []
        for begin, stop, state in runs(states):
            start = max(offset, (first + begin) * CLUSTER_BYTES)
            end = min(offset + length, (first + stop) * CLUSTER_BYTES)
            pieces.append(self._piece(state, start, end - start))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def parts(self, offset: int, length: int) -> list[Part]:
        """Return a range as far as open files have what is beneath, else none."""
        first = offset // CLUSTER_BYTES
        states = self.states[first : clusters_in(offset + length)]
        if BASE not in states:
            return []
        parts: list[Part] = []
        for begin, stop, state in runs(states):
            start = max(offset, (first + begin) * CLUSTER_BYTES)
            end = min(offset + length, (first + stop) * CLUSTER_BYTES)
            found: Sequence[Part] = self.base.stored(start, end - start) if state == BASE else ()
            if state == BASE and not found:
                return []
            parts += found or [self._piece(state, start, end - start)]
        return parts

    def _piece(self, state: int, offset: int, length: int) -> bytes:
        if state == ZERO:
            return bytes(length)
        if state == BASE:
            return self.base.read(offset, length)
        return self.overlays[state].read(offset, length)
