# SPDX-License-Identifier: Apache-2.0
"""A hash of a whole stream, taken beside all else that is done with it."""

from __future__ import annotations

import threading
from collections import deque
from typing import Protocol

from synnefo_core.offload import Offload, Pending

MOST_PIECES = 4
"""How many pieces may wait or be hashed: a lane is not to be idle while others read the next one."""


class Hash(Protocol):
    """What ``hashlib`` makes."""

    def update(self, piece: bytes, /) -> None:
        """Hash on."""

    def hexdigest(self) -> str:
        """Return the digest of all in hexadecimal."""


class Lane:
    """The hash of a stream: its pieces one after the other, in a native thread of its own.

    The thread takes what has come meanwhile without being told, and ends where nothing has.
    """

    def __init__(self, offload: Offload, taken: Hash) -> None:
        """Take a hash that knows nothing yet."""
        self._offload, self._hash = offload, taken
        self._room, self._lock = threading.Semaphore(MOST_PIECES), threading.Lock()
        self._waiting: deque[bytes] = deque()
        self._running: Pending[None] | None = None
        self._is_running = False

    def add(self, piece: bytes) -> None:
        """Hash on, soon; waits where too much does."""
        self._room.acquire()
        with self._lock:
            self._waiting.append(piece)
            begins, self._is_running = not self._is_running, True
        if begins:
            self._running = self._offload.submit(self._work)

    def finish(self) -> str:
        """Return the digest of all that was added, in hexadecimal."""
        self.settle()
        return self._hash.hexdigest()

    def settle(self) -> None:
        """Wait for what is running."""
        if self._running is not None:
            self._running.result()

    def _work(self) -> None:
        while (piece := self._next()) is not None:
            self._hash.update(piece)
            self._room.release()

    def _next(self) -> bytes | None:
        """Return what is to be hashed, None where nobody will be told of what comes later."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._is_running = False
            return None
