# SPDX-License-Identifier: Apache-2.0
"""What the operating system says, in the words of the storage contract."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from synnefo_core.contracts.storage import StorageError, StorageFull, StorageUnavailable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
STALE = frozenset({errno.ESTALE, errno.EBADF})
"""A file server that was restarted answers these for what was opened before."""

Result = TypeVar("Result")


def explained(fault: OSError, what: str) -> StorageError:
    """Return the error of the contract that ``fault`` is; ``what`` was being done."""
    reason = f"{what}: {fault.strerror or fault}"
    return StorageFull(reason) if fault.errno in FULL else StorageUnavailable(reason)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise what the operating system refuses as an error of the contract."""
    try:
        yield
    except OSError as fault:
        raise explained(fault, what) from fault


def twice_if_stale(call: Callable[[], Result]) -> Result:
    """Call again, once, when the server no longer knows what was opened; it opens by path."""
    try:
        return call()
    except OSError as fault:
        if fault.errno not in STALE:
            raise
        return call()
