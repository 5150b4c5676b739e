# SPDX-License-Identifier: Apache-2.0
"""The order of names: by code point."""

from __future__ import annotations


def successor(prefix: str) -> str | None:
    """Return the first text behind all that begin with a prefix; None when there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < 0x10FFFF:
            # No text in a database has half a surrogate pair.
            following = 0xE000 if last == 0xD7FF else last + 1
            return prefix[:-1] + chr(following)
        prefix = prefix[:-1]
    return None
