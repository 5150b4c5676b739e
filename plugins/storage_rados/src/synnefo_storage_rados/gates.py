# SPDX-License-Identifier: Apache-2.0
"""Gates that many pass together, or one alone.

Native and green threads meet at them, and a lock that the one kind waits for the other can't give
back. So they are made of what Python does in one step, and who has to wait, which is rare, asks again.
"""

from __future__ import annotations

import time
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

GATES = 64
"""Names share gates, so that none has to be forgotten."""
PAUSE_S = 0.001


class Gate:
    """Passed by many together or by one alone, who need not wait for those that come later."""

    def __init__(self) -> None:
        self._inside: set[object] = set()
        self._keys = deque([None])
        self._is_closed = False

    @contextmanager
    def together(self) -> Iterator[None]:
        token = object()
        self._inside.add(token)
        # Looked at after the token is there: who closes the gate waits for it, or it is seen here.
        while self._is_closed:
            self._inside.discard(token)
            time.sleep(PAUSE_S)
            self._inside.add(token)
        try:
            yield
        finally:
            self._inside.discard(token)

    @contextmanager
    def alone(self) -> Iterator[None]:
        self._take_key()
        self._is_closed = True
        try:
            while self._inside:
                time.sleep(PAUSE_S)
            yield
        finally:
            self._is_closed = False
            self._keys.append(None)

    def _take_key(self) -> None:
        while True:
            try:
                self._keys.pop()
            except IndexError:
                time.sleep(PAUSE_S)
            else:
                return


class Gates:
    """The gates of all heads."""

    def __init__(self) -> None:
        self._gates = [Gate() for _ in range(GATES)]

    def of(self, name: str) -> Gate:
        return self._gates[zlib.crc32(name.encode()) % GATES]
