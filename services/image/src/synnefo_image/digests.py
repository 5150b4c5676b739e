# SPDX-License-Identifier: Apache-2.0
"""A digest of a stream that is being stored, taken beside it."""

from __future__ import annotations

import hashlib

from synnefo_blocks import Lane, Read
from synnefo_core.offload import Offload

Digest = tuple[str, str]
"""An algorithm and a digest by it, in hexadecimal; both empty when there is none."""


class Digested:
    """A stream whose digest is taken in a native thread while others store it."""

    def __init__(self, read: Read, algorithm: str, offload: Offload) -> None:
        """Take the digest by an algorithm that ``hashlib`` knows."""
        self._read, self._algorithm = read, algorithm
        self._lane = Lane(offload, hashlib.new(algorithm))

    def read(self, most: int) -> bytes:
        """Return up to so many bytes, none at the end."""
        piece = self._read(most)
        if piece:
            self._lane.add(piece)
        return piece

    def digest(self) -> Digest:
        """Return the algorithm and the digest of what was read, in hexadecimal."""
        return self._algorithm, self._lane.finish()
