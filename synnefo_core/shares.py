# SPDX-License-Identifier: Apache-2.0
"""How the connections to one listening socket are shared by several processes.

Whoever wakes first would take all that come at once, and keep them for as long as the clients keep
them open. So each process says in a piece of memory that all have how many it has, and one that has
more than another lets that one come first.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass

_AWAY = 2**31 - 1


class Shares:
    """The numbers of connections of several processes; made by their parent before it forks."""

    def __init__(self, processes: int) -> None:
        """Have room for so many; all are away."""
        # One aligned number a process, written by that process alone: no lock is needed.
        self._counts = memoryview(mmap.mmap(-1, 4 * processes)).cast("i")
        for place in range(processes):
            self.leave(place)

    def leave(self, place: int) -> None:
        """Have nobody wait for a process that is not there."""
        self._counts[place] = _AWAY

    def say(self, place: int, count: int) -> None:
        """Say how many connections a process has."""
        self._counts[place] = count

    def fewest(self) -> int:
        """Return how many the process has that has fewest."""
        return min(self._counts)


@dataclass(frozen=True)
class Share:
    """The share of the process at ``place``."""

    shares: Shares
    place: int

    def say(self, count: int) -> None:
        """Say how many connections this process has."""
        self.shares.say(self.place, count)

    def is_above(self, count: int) -> bool:
        """Return whether another process has fewer than ``count``."""
        return count > self.shares.fewest()
