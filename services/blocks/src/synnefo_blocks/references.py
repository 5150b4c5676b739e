# SPDX-License-Identifier: Apache-2.0
"""What stands in a database for a content that lies in a store."""

from __future__ import annotations

import re
from dataclasses import dataclass

from synnefo_blocks.digests import ZERO_BLOCK
from synnefo_core.contracts.storage import DIGEST_BYTES, Kind

_FORM = re.compile(r"(block|map):([0-9a-f]{64}):(0|[1-9][0-9]{0,18})")
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Reference:
    """A content: where it begins and how long it is.

    Attributes:
        kind: BLOCK for a content of at most one block, MAP for a longer one.
        digest: The name of that block or map; 32 bytes.
        size_bytes: The length of the content, trailing zeros included.
    """

    kind: Kind
    digest: bytes
    size_bytes: int

    def __post_init__(self) -> None:
        """Refuse what can't be one.

        Raises:
            ValueError: The kind, the digest's length or the size is wrong.
        """
        if self.kind not in (Kind.BLOCK, Kind.MAP):
            raise ValueError(f"a {self.kind.value} is not a content")
        if len(self.digest) != DIGEST_BYTES:
            raise ValueError(f"a digest has {DIGEST_BYTES} bytes, not {len(self.digest)}")
        if not 0 <= self.size_bytes <= _LARGEST:
            raise ValueError(f"{self.size_bytes} is not the size of a content")

    @property
    def is_stored(self) -> bool:
        """Whether the store holds anything for it: zeros alone take no space."""
        return self.kind is Kind.MAP or self.digest != ZERO_BLOCK

    def __str__(self) -> str:
        """Return the text form, ``KIND:DIGEST:SIZE``."""
        return f"{self.kind.value}:{self.digest.hex()}:{self.size_bytes}"

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Return the reference of a text form.

        Raises:
            ValueError: It is not one.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"{text[:128]!r} is not a reference")
        return cls(Kind(match[1]), bytes.fromhex(match[2]), int(match[3]))


EMPTY = Reference(Kind.BLOCK, ZERO_BLOCK, 0)
"""The content without a byte."""
