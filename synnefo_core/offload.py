# SPDX-License-Identifier: Apache-2.0
"""Run blocking C calls (hashing, argon2, rados, LDAP) where they hold up nobody.

A bounded pool of native threads; under eventlet its ``tpool``. Python's own sockets and
files need none of this: they are green under eventlet already.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Pending(Protocol[Result_co]):
    """A call that is under way."""

    def result(self) -> Result_co:
        """Wait for the call; return its result or raise its exception."""


class Offload(Protocol):
    """Where blocking calls are run."""

    def run(self, call: Callable[..., Result], *arguments: Any) -> Result:
        """Make a call and wait for it without holding up other requests."""

    def submit(self, call: Callable[..., Result], *arguments: Any) -> Pending[Result]:
        """Begin a call; the caller goes on and waits later."""

    def close(self) -> None:
        """Say that nothing more will be run here."""


class ThreadOffload:
    """For a runtime of threads: a call blocks only its own thread anyway."""

    def __init__(self, threads: int) -> None:
        """Bound the calls that are submitted to ``threads`` at once."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="offload")

    def run(self, call: Callable[..., Result], *arguments: Any) -> Result:
        """Make the call in this thread."""
        return call(*arguments)

    def submit(self, call: Callable[..., Result], *arguments: Any) -> Pending[Result]:
        """Begin the call in another thread."""
        return self._pool.submit(call, *arguments)

    def close(self) -> None:
        """End the threads once their calls are done."""
        self._pool.shutdown()


class _GreenPending:
    def __init__(self, thread: Any) -> None:
        self._thread = thread

    def result(self) -> Any:
        value, error = self._thread.wait()
        if error is not None:
            raise error
        return value


class EventletOffload:
    """For eventlet: native threads that wake the hub when they are done."""

    def __init__(self, threads: int) -> None:
        """Bound the pool to ``threads``; it is one for the whole process, the first bounds it."""
        self._eventlet = importlib.import_module("eventlet")
        self._tpool = importlib.import_module("eventlet.tpool")
        self._tpool.set_num_threads(threads)

    def run(self, call: Callable[..., Result], *arguments: Any) -> Result:
        """Make the call in a native thread; other green threads go on."""
        result: Result = self._tpool.execute(call, *arguments)
        return result

    def submit(self, call: Callable[..., Result], *arguments: Any) -> Pending[Result]:
        """Begin the call in a native thread."""
        return _GreenPending(self._eventlet.spawn(self._carry, call, *arguments))

    def _carry(self, call: Callable[..., Any], *arguments: Any) -> tuple[Any, Exception | None]:
        """Return the result, or the exception for whoever waits: eventlet would print it, too."""
        try:
            return self._tpool.execute(call, *arguments), None
        except Exception as error:
            return None, error

    def close(self) -> None:
        """Leave the threads to the process: ended, they would lose what others have submitted."""


def is_green() -> bool:
    """Whether this process runs on eventlet's green threads."""
    patcher = sys.modules.get("eventlet.patcher")
    return patcher is not None and bool(patcher.is_monkey_patched("thread"))


def make_offload(threads: int) -> Offload:
    """Return what fits the runtime of this process."""
    return EventletOffload(threads) if is_green() else ThreadOffload(threads)
