# SPDX-License-Identifier: Apache-2.0
"""When what failed is tried again: soon at first, then ever later."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

FIRST_S, LONGEST_S = 1.0, 300.0


@dataclass(frozen=True)
class _Failure:
    what: object
    times: int
    again_at: float


class Patience:
    """Remembers what failed, by name; what has changed since is worth trying at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Measure seconds by a clock."""
        self._clock = clock
        self._failures: dict[str, _Failure] = {}

    def fail(self, name: str, what: object, *, worked_s: float = 0.0) -> float:
        """Note that something failed, after it had worked for so long; return when to try again, in seconds.

        What worked longer than the longest wait fails for the first time.
        """
        before = self._failures.get(name)
        is_new = before is None or before.what != what or worked_s >= LONGEST_S
        times = 1 if is_new or before is None else before.times + 1
        wait_s = min(LONGEST_S, FIRST_S * 2.0 ** min(times - 1, 30))
        self._failures[name] = _Failure(what, times, self._clock() + wait_s)
        return wait_s

    def is_over(self, name: str, what: object) -> bool:
        """Return whether something may be tried (again)."""
        before = self._failures.get(name)
        return before is None or before.what != what or before.again_at <= self._clock()

    @property
    def names(self) -> list[str]:
        """What failed."""
        return list(self._failures)

    def keep(self, names: Iterable[str]) -> None:
        """Forget all but these."""
        self._failures = {name: self._failures[name] for name in names if name in self._failures}

    def rest_s(self, names: Iterable[str]) -> float:
        """Return after how long the first of these may be tried; infinity without any, never less than the first wait."""
        moments = [self._failures[name].again_at for name in names if name in self._failures]
        return max(FIRST_S, min(moments, default=float("inf")) - self._clock())
