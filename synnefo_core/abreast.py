# SPDX-License-Identifier: Apache-2.0
"""The same work for several things side by side, where none may keep the others waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

log = logging.getLogger(__name__)

Thing = TypeVar("Thing")


def each(
    do: Callable[[Thing], object],
    things: Iterable[Thing],
    *,
    name: str,
    at_once: int = 8,
    patience_s: float | None = None,
) -> None:
    """Do something with every one of ``things``, in threads of their own.

    Args:
        do: The work; an error is logged and keeps nobody from theirs.
        things: What it is done with, begun in this order.
        name: Of the threads and in the log.
        at_once: So many at a time.
        patience_s: After so long the caller goes on; what is under way then ends by itself,
            and what has not begun is left out. None waits for all of it.
    """
    waiting = deque(things)
    give_up = None if patience_s is None else time.monotonic() + patience_s

    def work() -> None:
        while waiting and not (give_up and time.monotonic() > give_up):
            try:
                thing = waiting.popleft()
            except IndexError:
                return
            try:
                do(thing)
            except Exception:
                log.exception("work failed", extra={"work": name})

    threads = [
        threading.Thread(target=work, name=name, daemon=True)
        for _ in range(min(at_once, len(waiting)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(None if give_up is None else max(0.0, give_up - time.monotonic()))
