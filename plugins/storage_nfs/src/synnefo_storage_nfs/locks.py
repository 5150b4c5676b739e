# SPDX-License-Identifier: Apache-2.0
"""Locks that threads, processes and machines see."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synnefo_core.contracts.storage import StorageUnavailable
from synnefo_storage_nfs.faults import translated

FILES = 64
"""Names share lock files, which are never removed: a removed one would be two locks."""

WAIT_S = 60.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.1


class Locks:
    """Locks by name, held for a few calls of the file system.

    ``flock`` and not ``lockf``: two opened files of one process exclude each other, and NFS clients
    turn it into a lock of the whole file at the server. Threads wait for each other here and
    not there.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._here = [threading.Lock() for _ in range(FILES)]

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Run with nobody else, on any machine, holding this name's lock.

        Raises:
            StorageUnavailable: Somebody held it all the time.
        """
        number = zlib.crc32(name.encode()) % FILES
        if not self._here[number].acquire(timeout=WAIT_S):
            raise _held(name)
        try:
            with translated(f"{name} was not locked"):
                lock = os.open(self._directory / f"{number:02x}", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                with translated(f"{name} was not locked"):
                    _lock(lock, name)
                yield
            finally:
                os.close(lock)
        finally:
            self._here[number].release()


def _lock(descriptor: int, name: str) -> None:
    """Ask until we have it: an NFS client that waits by itself asks every 30 seconds only."""
    deadline, pause = time.monotonic() + WAIT_S, FIRST_PAUSE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise _held(name) from None
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def _held(name: str) -> StorageUnavailable:
    return StorageUnavailable(f"{name} is locked by somebody else")
