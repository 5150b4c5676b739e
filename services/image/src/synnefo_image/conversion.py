# SPDX-License-Identifier: Apache-2.0
"""Disks of other formats become raw ones: what servers and volumes begin with."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from synnefo_blocks import Reader
from synnefo_core.confinement import Bounds
from synnefo_core.context import RequestContext
from synnefo_core.errors import TooLarge
from synnefo_image import headers, sandbox

_MIB = 1024**2
_GIB = 1024**3
_LEAST_WRITTEN_BYTES = 64 * _MIB


@dataclass(frozen=True)
class Raw:
    """A raw disk in a file that is gone afterwards."""

    file: IO[bytes]
    size_bytes: int


def peek_of(reader: Reader, size_bytes: int) -> headers.Peek:
    """Return how the parts of a content are looked at."""

    def peek(offset: int, length: int) -> bytes:
        start = min(max(0, size_bytes + offset) if offset < 0 else offset, size_bytes)
        stop = min(start + length, size_bytes)
        return b"".join(reader.read(start, stop)) if start < stop else b""

    return peek


@contextmanager
def raw(
    context: RequestContext, reader: Reader, size_bytes: int, disk_format: str
) -> Iterator[Raw]:
    """Have a content as a raw disk until the block ends.

    Raises:
        TooLarge: It would become larger than disks may be.
        UnfitDisk: It is not of that format, refers to other files, or asks for too much.
    """
    section = context.cloud.config.image
    headers.check(disk_format, peek_of(reader, size_bytes))
    name = headers.CONVERTED[disk_format]
    largest = section.convert_disk_gib * _GIB
    with _scratch(section.scratch) as source, _scratch(section.scratch) as target:
        for piece in reader.read():
            source.write(piece)
        source.flush()
        bounds = Bounds(section.convert_memory_mib * _MIB, section.convert_time_s, 0)
        size = sandbox.measured(source.fileno(), name, bounds)
        if size > largest:
            raise TooLarge(largest)
        # The size of a file counts, not what it takes: holes are free.
        bounds = Bounds(bounds.memory_bytes, bounds.time_s, max(size, _LEAST_WRITTEN_BYTES))
        sandbox.converted(source.fileno(), name, target.fileno(), bounds)
        target.seek(0)
        yield Raw(target, os.fstat(target.fileno()).st_size)


@contextmanager
def _scratch(directory: str) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(dir=directory or None, prefix="synnefo-image-") as file:
        yield file
