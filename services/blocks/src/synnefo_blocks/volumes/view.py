# SPDX-License-Identifier: Apache-2.0
"""Where everything of a volume is, at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_blocks.volumes.base import Base
from synnefo_blocks.volumes.overlay import Overlay, clusters_in
from synnefo_blocks.volumes.states import BASE, ZERO, runs
from synnefo_core.contracts.storage import CLUSTER_BYTES


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

    def _piece(self, state: int, offset: int, length: int) -> bytes:
        if state == ZERO:
            return bytes(length)
        if state == BASE:
            return self.base.read(offset, length)
        return self.overlays[state].read(offset, length)
