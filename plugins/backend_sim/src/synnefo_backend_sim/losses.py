# SPDX-License-Identifier: Apache-2.0
"""Notices that go astray: some are lost, some come twice, some come after those behind them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from synnefo_backend_sim.notices import Notice

LONGEST_DELAY = 5
"""So many notices overtake one that is held back, at most."""


@dataclass(frozen=True)
class Shares:
    """Which part of all notices has which fate; chance begins with ``seed``."""

    lost: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0
    seed: int = 0


class Losses:
    """Lets notices through, or not; the fate of each depends on the seed and the notice alone."""

    def __init__(self, shares: Shares) -> None:
        self._shares, self._held = shares, list[tuple[int, Notice]]()

    def through(self, notices: Iterable[Notice]) -> Iterator[Notice]:
        """Yield what comes through, and in the end all that is held back if nothing overtakes it."""
        is_quiet = True
        for notice in notices:
            is_quiet = False
            yield from self._past(notice)
        if is_quiet:
            yield from self._let_go(len(self._held) * LONGEST_DELAY)

    def _past(self, notice: Notice) -> Iterator[Notice]:
        seed = f"{self._shares.seed}/{notice.job}/{notice.state}"
        chance = random.Random(seed)  # noqa: S311  # keeps no secret
        fate = chance.random()
        if fate < (edge := self._shares.lost):
            return
        if fate < (edge := edge + self._shares.doubled):
            yield notice
            yield notice
        elif fate < edge + self._shares.reordered:
            self._held.append((chance.randint(1, LONGEST_DELAY) + 1, notice))
        else:
            yield notice
        yield from self._let_go(1)

    def _let_go(self, passed: int) -> Iterator[Notice]:
        held = [(left - passed, notice) for left, notice in self._held]
        self._held = [(left, notice) for left, notice in held if left > 0]
        yield from (notice for left, notice in held if left <= 0)
