# SPDX-License-Identifier: Apache-2.0
"""Several clients take steps side by side while something strikes now and then."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

CALM_WITHIN_S = 60
LONGEST_WAIT_S = 0.05
"""How long after a request has begun somebody is killed, at most: about as long as it lasts."""

Walk = Callable[[], bool]
"""Takes a step; says whether the cloud answered."""


class Gale:
    """Counts the steps that are taken, and strikes in between."""

    def __init__(self, chance: random.Random) -> None:
        """``chance`` says when it strikes."""
        self._chance, self._calm = chance, threading.Event()
        self._begun, self._left = threading.Condition(), 0
        self._calm.set()

    def blow(
        self, steps: int, strikes: Sequence[Callable[[], None]], walks: Sequence[Walk]
    ) -> None:
        """Have so many steps taken in all, and everything that strikes strike in between."""
        self._left = steps
        moments = sorted(self._chance.sample(range(1, steps), len(strikes)), reverse=True)
        with ThreadPoolExecutor(len(walks)) as pool:
            running = [pool.submit(self._take_steps, walk) for walk in walks]
            for left, strike in zip(moments, strikes, strict=True):
                self._await(left, running)
                threading.Event().wait(self._chance.random() * LONGEST_WAIT_S)
                self._calm.clear()
                strike()
                self._calm.set()
            wait(running)
        for each in running:
            each.result()

    def _take_steps(self, walk: Walk) -> None:
        while self._takes_step():
            if not walk():
                self._calm.wait(CALM_WITHIN_S)

    def _takes_step(self) -> bool:
        with self._begun:
            # While something strikes, steps are taken for nothing.
            self._left -= self._calm.is_set()
            self._begun.notify_all()
            return self._left >= 0

    def _await(self, left: int, running: list[Future[None]]) -> None:
        with self._begun:
            while self._left > left and not any(each.done() for each in running):
                self._begun.wait(0.5)
