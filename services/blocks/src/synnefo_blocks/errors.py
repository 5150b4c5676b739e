# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with what a store holds."""

from __future__ import annotations

from synnefo_core.contracts.storage import Corrupt, Fenced, Kind


class MissingBlock(Corrupt):
    """A content names a block, map or leaf that the store does not have."""

    def __init__(self, kind: Kind, digest: bytes) -> None:
        """Name it."""
        super().__init__(f"{kind.value} {digest.hex()} is missing")
        self.kind, self.digest = kind, digest


class CorruptBlock(Corrupt):
    """A stored block is not what its name says."""

    def __init__(self, digest: bytes, problem: str) -> None:
        """Name it and say what is wrong."""
        super().__init__(f"block {digest.hex()} is corrupt: {problem}")
        self.digest, self.problem = digest, problem


class CorruptMap(Corrupt):
    """A stored map or leaf is not what its name says, or not in its one right form."""

    def __init__(self, digest: bytes, problem: str) -> None:
        """Name it and say what is wrong."""
        super().__init__(f"map {digest.hex()} is corrupt: {problem}")
        self.digest, self.problem = digest, problem


class CorruptNote(Corrupt):
    """A stored note is not what its name says."""

    def __init__(self, digest: bytes) -> None:
        """Name it."""
        super().__init__(f"note {digest.hex()} is corrupt")
        self.digest = digest


class Lapsed(Fenced):
    """The right to write a volume has run out, and whether another has it is not known yet.

    The next renewal tells; what failed by this may be tried again until then.
    """


class ContentTooLong(ValueError):
    """A content is longer than a map of this store's blocks can describe."""

    def __init__(self, limit_bytes: int) -> None:
        """Say the limit."""
        super().__init__(f"a content has at most {limit_bytes} bytes in this store")
        self.limit_bytes = limit_bytes
