# SPDX-License-Identifier: Apache-2.0
"""Writing past the machine's memory of files (``O_DIRECT``).

What is written once, whole and at once made durable gains nothing from a copy in memory, and that
copy costs more processor time than hashing it (docs/operators/performance.rst). The first reader has
the system keep it.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager

LEAST_BYTES = 256 * 1024
"""Less is not worth it: what is small is often read soon."""
_PAGE_BYTES = mmap.PAGESIZE
_REFUSED = {errno.EINVAL, errno.EOPNOTSUPP}
"""What a filesystem says that can't, or not in such pieces."""

_free: list[mmap.mmap] = []
"""Memory that begins with a page and nobody uses.

Not one for each thread: on eventlet such a variable is one for native threads that run at once.
"""


def write(descriptor: int, content: bytes | memoryview) -> int:
    """Write the beginning of a new file, in whole pages; return how many bytes that were.

    0 where the content is small or the filesystem does not do this.

    Raises:
        OSError: It could not be written.
    """
    length = len(content) - len(content) % _PAGE_BYTES
    if length < LEAST_BYTES:
        return 0
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_DIRECT)
        with _pages(length) as pages:
            pages[:] = memoryview(content)[:length]
            return os.pwrite(descriptor, pages, 0)
    except OSError as error:
        if error.errno in _REFUSED:
            return 0
        raise
    finally:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags)


@contextmanager
def _pages(length: int) -> Iterator[memoryview]:
    """Lend so much memory that begins with a page."""
    try:
        pages = _free.pop()
    except IndexError:
        pages = mmap.mmap(-1, length)
    if len(pages) < length:
        pages = mmap.mmap(-1, length)
    try:
        with memoryview(pages) as whole, whole[:length] as lent:
            yield lent
    finally:
        _free.append(pages)
