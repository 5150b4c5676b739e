# SPDX-License-Identifier: Apache-2.0
"""Has psycopg wait in a green hub.

Its own way to be green makes a selector for each answer of the server, which takes longer than most
answers do.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import psycopg.waiting
from psycopg.waiting import Ready, Wait

if TYPE_CHECKING:
    from psycopg.abc import WaitFunc

LOOK_S = 5.0
"""How often who waits looks whether the connection was closed in this process."""

_EVENTS = {
    Wait.R: select.POLLIN,
    Wait.W: select.POLLOUT,
    Wait.RW: select.POLLIN | select.POLLOUT,
}


class _Look(Exception):
    """Time to look."""


def install(*, wait: Callable[..., object], poll: Callable[[], Any]) -> None:
    """Have all connections wait so from now on.

    Args:
        wait: Gives way to others until a descriptor is ready (:meth:`synnefo_core.turns.Turns.wait`).
        poll: The system's, which does not give way.
    """
    by_itself = psycopg.waiting.wait_selector

    def ready(descriptor: int, wanted: int) -> int:
        polled = poll()
        polled.register(descriptor, _EVENTS[Wait(wanted)])
        for _, events in polled.poll(0):
            may_write = Ready.W if events & select.POLLOUT else 0
            # The end of a connection can be read, too.
            return may_write | (Ready.R if events & ~select.POLLOUT else 0)
        is_reading = wanted != Wait.W
        try:
            wait(descriptor, is_reading=is_reading, timeout_s=LOOK_S, late=_Look)
        except _Look:
            os.fstat(descriptor)
            return Ready.NONE
        return Ready.R if is_reading else Ready.W

    def run(
        generator: Any, descriptor: int, interval: float = 0.0, timeout: float | None = None
    ) -> Any:
        """Run a generator of psycopg to its end; see ``psycopg.waiting.wait_selector``."""
        if timeout is not None:
            return by_itself(generator, descriptor, interval, timeout)
        try:
            wanted = next(generator)
            while True:
                wanted = generator.send(ready(descriptor, wanted))
        except StopIteration as end:
            return end.value

    psycopg.waiting.wait = cast("WaitFunc", run)
