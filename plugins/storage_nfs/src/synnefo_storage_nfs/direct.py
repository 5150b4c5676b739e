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
import threading

LEAST_BYTES = 256 * 1024
"""Less is not worth it: what is small is often read soon."""
_PAGE_BYTES = mmap.PAGESIZE
_REFUSED = {errno.EINVAL, errno.EOPNOTSUPP}
"""What a filesystem says that can't, or not in such pieces."""

_own = threading.local()


def write(descriptor: int, content: bytes | memoryview) -> int:
    """Write the beginning of a new file, in whole pages; return how many bytes that were.

    None where the content is small or the filesystem does not do this.

    Raises:
        OSError: It could not be written.
    """
    length = len(content) - len(content) % _PAGE_BYTES
    if length < LEAST_BYTES:
        return 0
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_DIRECT)
        with memoryview(_pages(length)) as pages:
            pages[:length] = memoryview(content)[:length]
            return os.pwrite(descriptor, pages[:length], 0)
    except OSError as error:
        if error.errno in _REFUSED:
            return 0
        raise
    finally:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags)


def _pages(length: int) -> mmap.mmap:
    """Return this thread's memory that begins with a page, of at least so many bytes."""
    pages: mmap.mmap | None = getattr(_own, "pages", None)
    if pages is None or len(pages) < length:
        pages = _own.pages = mmap.mmap(-1, length)
    return pages
