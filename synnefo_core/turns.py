# SPDX-License-Identifier: Apache-2.0
"""In what order green threads go on: who began first goes first.

Eventlet's hub goes through what is ready in no order at all. Of requests that wait for the database
several times some would have bad luck each time, and take three times as long as those beside them.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

_BEGAN = "synnefo_began"
_TURNS = "synnefo_turns"


@dataclass(order=True, slots=True)
class _Turn:
    began: float
    number: int
    thread: Any = field(compare=False)
    """The green thread; None once it has gone on by another way, say because it was killed."""


class Turns:
    """The turns of the green threads of one hub."""

    def __init__(self, hub: Any, current: Callable[[], Any]) -> None:
        """Keep order.

        Args:
            hub: What lets green threads go on (eventlet's).
            current: Returns the green thread that runs.
        """
        self._hub, self._current = hub, current
        self._ready: list[_Turn] = []
        self._numbers = count()
        self._will_call = False

    @classmethod
    def of(cls, hub: Any, current: Callable[[], Any]) -> Turns:
        """Return the turns of a hub, which are made once."""
        turns: Turns = vars(hub).get(_TURNS) or cls(hub, current)
        vars(hub)[_TURNS] = turns
        return turns

    def begin(self) -> None:
        """Begin a request in this green thread, after those who began before and can go on."""
        turn = self._turn(time.monotonic())
        vars(turn.thread)[_BEGAN] = turn.began
        self._come(turn)
        self._sleep(turn)

    def wait(
        self, descriptor: int, *, is_reading: bool, timeout_s: float, late: type[BaseException]
    ) -> None:
        """Give way until a descriptor can be read (or written), and it is this thread's turn.

        Who serves no request began now.

        Raises:
            late: It took longer than the timeout.
        """
        turn = self._turn(vars(self._current()).get(_BEGAN) or time.monotonic())
        hub, thread, is_listening = self._hub, turn.thread, True

        def come(_descriptor: int) -> None:
            stop_listening()  # the hub would tell of it again and again
            self._come(turn)

        def stop_listening() -> None:
            nonlocal is_listening
            if is_listening:
                is_listening = False
                hub.remove(listener)

        kind = hub.READ if is_reading else hub.WRITE
        listener = hub.add(kind, descriptor, come, thread.throw, None)
        timer = hub.schedule_call_global(timeout_s, thread.throw, late)
        try:
            self._sleep(turn)
        finally:
            timer.cancel()
            stop_listening()

    def _turn(self, began: float) -> _Turn:
        return _Turn(began, next(self._numbers), self._current())

    def _sleep(self, turn: _Turn) -> None:
        try:
            self._hub.switch()
        finally:
            turn.thread = None

    def _come(self, turn: _Turn) -> None:
        heapq.heappush(self._ready, turn)
        self._call_later()

    def _call_later(self) -> None:
        """Have the hub look what else is ready before the next one has its turn."""
        if self._ready and not self._will_call:
            self._will_call = True
            self._hub.schedule_call_global(0, self._call_next)

    def _call_next(self) -> None:
        self._will_call = False
        thread = heapq.heappop(self._ready).thread
        self._call_later()
        if thread is not None:
            thread.switch()
