# SPDX-License-Identifier: Apache-2.0
"""Digests in their order, however many: few wait in memory, many in files.

Digests are spread evenly, so each part, by the first byte, is small enough to be sorted in memory:
13 MB of a hundred million.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import SpooledTemporaryFile

from synnefo_core.contracts.storage import DIGEST_BYTES

PARTS = 256
IN_MEMORY_BYTES = 64 * 1024
"""How much of each part stays in memory: 16 MiB in all."""


def in_order(digests: Iterable[bytes], directory: Path) -> Iterator[bytes]:
    """Yield each digest once, sorted; what does not fit into memory lies in a directory meanwhile."""
    with ExitStack() as files:
        parts = [
            files.enter_context(SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(directory)))
            for _ in range(PARTS)
        ]
        for digest in digests:
            parts[digest[0]].write(digest)
        for part in parts:
            part.seek(0)
            content = part.read()
            part.close()
            yield from sorted({*_split(content)})


def _split(content: bytes) -> Iterator[bytes]:
    return (content[at : at + DIGEST_BYTES] for at in range(0, len(content), DIGEST_BYTES))
