# SPDX-License-Identifier: Apache-2.0
"""Locks for green threads and native threads together.

Eventlet's own are for green threads only: native threads that meet at one (in a log's handler, in a
connection pool) wait for ever. What :mod:`synnefo_core.offload` runs meets at both.
"""

from __future__ import annotations

import os
from _thread import allocate_lock, get_ident
from collections import deque
from collections.abc import Callable
from contextlib import suppress

# Of the system, also once the standard library is green.
from os import pipe2, read, write
from typing import Any, ClassVar

_WAKING_BYTES = 4096


class Home:
    """The native thread of all green threads, and how to reach it from others."""

    def __init__(self, get_hub: Callable[[], Any], getcurrent: Callable[[], Any]) -> None:
        """Make the calling thread the home.

        Args:
            get_hub: Returns what lets green threads have their turns (eventlet's).
            getcurrent: Returns the green thread that runs.
        """
        self._get_hub, self._getcurrent = get_hub, getcurrent
        self._thread = get_ident()
        self._calls: deque[Callable[[], None]] = deque()
        self._hub: Any = None
        self._reading = self._writing = -1

    def is_here(self) -> bool:
        return get_ident() == self._thread

    def current(self) -> Any:
        """Return the green thread that runs.

        Raises:
            RuntimeError: It is the hub, which can't wait: all others would wait with it.
        """
        current = self._getcurrent()
        if current is self._get_hub().greenlet:
            msg = "the hub can't wait for a lock"
            raise RuntimeError(msg)
        return current

    def sleep(self) -> None:
        """Let others have their turns until somebody switches to this green thread."""
        self._get_hub().switch()

    def later(self, seconds: float, call: Callable[[], None]) -> Any:
        """Have the hub make a call; return what cancels it."""
        return self._get_hub().schedule_call_global(seconds, call)

    def call(self, call: Callable[[], None]) -> None:
        """Have the hub make a call soon; from any thread, once somebody has listened here."""
        if self.is_here():
            self.later(0, call)
            return
        self._calls.append(call)
        with suppress(BlockingIOError):  # full of what was not read yet: it will be
            write(self._writing, b"\0")

    def listen(self) -> None:
        """Have the hub make the calls of other threads; called again it does nothing."""
        hub = self._get_hub()
        if self._hub is hub:
            return
        for descriptor in (self._reading, self._writing):
            if descriptor >= 0:
                os.close(descriptor)
        self._reading, self._writing = pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        hub.add(hub.READ, self._reading, self._make_calls, lambda *_: None, lambda: None)
        self._hub = hub

    def _make_calls(self, _descriptor: int) -> None:
        with suppress(BlockingIOError):
            read(self._reading, _WAKING_BYTES)
        while self._calls:
            self.later(0, self._calls.popleft())


class _Turn:
    """A green thread that waits for a lock."""

    __slots__ = ("_home", "_thread", "is_asleep", "is_late", "is_queued")

    def __init__(self, home: Home) -> None:
        self._home, self._thread = home, home.current()
        self.is_asleep = self.is_late = self.is_queued = False

    def sleep(self) -> None:
        self.is_asleep = True
        try:
            self._home.sleep()
        finally:
            self.is_asleep = False

    def wake(self) -> None:
        """Have it go on, unless it did already; the hub calls this."""
        if self.is_asleep:
            self.is_asleep = False
            self._thread.switch()

    def wake_late(self) -> None:
        self.is_late = True
        self.wake()


class Lock:
    """A lock like Python's; green threads that wait for it let others have their turns."""

    __slots__ = ("__weakref__", "_taken", "_turns")

    _home: ClassVar[Home]

    def __init__(self, *_: object) -> None:
        self._taken, self._turns = allocate_lock(), deque[_Turn]()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if self._taken.acquire(blocking=False):
            return True
        if not blocking:
            return False
        if self._home.is_here():
            return self._wait(timeout)
        return self._taken.acquire(timeout=timeout)

    def release(self) -> None:
        self._taken.release()
        if self._turns:
            self._wake_one()

    def locked(self) -> bool:
        return self._taken.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_error: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._taken, self._turns = allocate_lock(), deque()

    def _wait(self, timeout: float) -> bool:
        turn, is_ours = _Turn(self._home), False
        self._home.listen()
        timer = self._home.later(timeout, turn.wake_late) if timeout >= 0 else None
        self._queue(turn)
        try:
            # Asked for again once it is queued: who releases it meanwhile wakes it.
            while not (is_ours := self._taken.acquire(blocking=False)):
                if turn.is_late:
                    return False
                turn.sleep()
                if not turn.is_queued:
                    self._queue(turn, is_first=True)  # another was faster
            return True
        finally:
            if timer is not None:
                timer.cancel()
            self._leave(turn, is_ours=is_ours)

    def _queue(self, turn: _Turn, *, is_first: bool = False) -> None:
        turn.is_queued = True
        (self._turns.appendleft if is_first else self._turns.append)(turn)

    def _leave(self, turn: _Turn, *, is_ours: bool) -> None:
        """Let a turn go; who woke it for nothing wakes another instead."""
        with suppress(ValueError):
            self._turns.remove(turn)
        if not is_ours and self._turns:
            self._wake_one()

    def _wake_one(self) -> None:
        with suppress(IndexError):  # they have all gone meanwhile
            turn = self._turns.popleft()
            turn.is_queued = False
            self._home.call(turn.wake)


def lock_of(home: Home) -> type[Lock]:
    """Return the class of locks that takes the place of ``threading.Lock``."""
    return type("Lock", (Lock,), {"_home": home, "__slots__": ()})
