# SPDX-License-Identifier: Apache-2.0
"""How many logins are decided at once, so that a flood of them takes no more than its share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from synnefo_core.contracts.auth import AuthBusy


class Gate:
    """Lets so many through at once, and so many wait for their turn."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._turns = threading.Semaphore(at_once)
        self._places = threading.Semaphore(at_once + waiting)

    @contextmanager
    def turn(self, timeout_s: float) -> Iterator[None]:
        """Wait for a turn and hold it.

        Raises:
            AuthBusy: Too many wait already, or the turn did not come in time.
        """
        if not self._places.acquire(blocking=False):
            raise AuthBusy("too many logins are waiting for the directory")
        try:
            if not self._turns.acquire(timeout=timeout_s):
                raise AuthBusy("too many logins are waiting for the directory")
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()
