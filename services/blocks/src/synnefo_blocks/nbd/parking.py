# SPDX-License-Identifier: Apache-2.0
"""Holding all threads of a server between two requests, so that another process can go on."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable


class Parked(Exception):
    """The thread is to wait: see :meth:`Lot.stay`."""


class Lot:
    """Where threads wait, each between two requests, until they go on or end."""

    def __init__(self) -> None:
        self._bell, self._ringer = os.pipe()
        self._changed = threading.Condition()
        self._waiting = 0
        self._is_over = False
        self.is_called = False

    def watch(self, descriptor: int) -> Callable[[], None]:
        """Return what waits until something can be read, and raises :class:`Parked` when called."""
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.register(self._bell, select.POLLIN)

        def wait() -> None:
            poll.poll()
            if self.is_called:
                raise Parked

        return wait

    def call(self) -> None:
        """Have every thread come here."""
        with self._changed:
            self.is_called = True
            os.write(self._ringer, b"!")

    def stay(self) -> bool:
        """Wait; return whether the thread goes on, else it ends and touches nothing."""
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_over or not self.is_called)
            self._waiting -= 1
            return not self._is_over

    def pause(self, within_s: float) -> bool:
        """Wait a little in the middle of a request; return False when all is over."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._is_over, within_s)

    def await_all(self, count: Callable[[], int], *, within_s: float) -> bool:
        """Wait until as many are here as ``count`` says; return whether they are."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting >= count(), within_s)

    def look_again(self) -> None:
        """Say that there may be fewer to wait for."""
        with self._changed:
            self._changed.notify_all()

    def let_go(self) -> None:
        """Let every thread go on."""
        with self._changed:
            os.read(self._bell, 1)
            self.is_called = False
            self._changed.notify_all()

    def end(self) -> None:
        """Let every thread that is here, or comes, end."""
        with self._changed:
            self._is_over = True
            if not self.is_called:
                self.is_called = True
                os.write(self._ringer, b"!")
            self._changed.notify_all()

    def close(self) -> None:
        """Give back the pipe, once no thread is left."""
        os.close(self._bell)
        os.close(self._ringer)
