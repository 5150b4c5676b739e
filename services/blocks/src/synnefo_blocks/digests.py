# SPDX-License-Identifier: Apache-2.0
"""Names of blocks, and the object hash that is made of them.

Source: docs/design/blocks-format.rst, "Digests".
"""

from __future__ import annotations

from hashlib import sha256

from synnefo_core.contracts.storage import DIGEST_BYTES

ZERO_BLOCK = sha256(b"").digest()
"""The name of every block of zeros, which is never stored."""

_NO_BLOCK = bytes(DIGEST_BYTES)


def trimmed(content: bytes) -> bytes:
    """Return a content without its trailing zero bytes; the same object when it has none."""
    return content.rstrip(b"\0") if content.endswith(b"\0") else content


def block_name(content: bytes) -> bytes:
    """Return the name of a block, with or without its trailing zeros."""
    return sha256(trimmed(content)).digest()


def split(names: bytes) -> list[bytes]:
    """Return concatenated names one by one."""
    return [names[at : at + DIGEST_BYTES] for at in range(0, len(names), DIGEST_BYTES)]


def object_hash(names: bytes) -> bytes:
    """Return the root of the binary Merkle tree over concatenated block names.

    The leaves are padded to a power of two with 32 zero bytes. One block's hash is its name;
    nothing's is that of the empty string (PIT-005, PIT-006).
    """
    level = split(names) or [ZERO_BLOCK]
    level += [_NO_BLOCK] * ((1 << (len(level) - 1).bit_length()) - len(level))
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [sha256(left + right).digest() for left, right in pairs]
    return level[0]
