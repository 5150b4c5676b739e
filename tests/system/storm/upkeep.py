# SPDX-License-Identifier: Apache-2.0
"""Collections and scrubs of a store, one after another for as long as others write.

Grace periods are nothing here, so everything may be moved while it is being written; a barrier
stands for them.
"""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from synnefo_blocks.collection import Fate, Periods, check, collect, scrub
from synnefo_core.cloud import Cloud
from synnefo_core.context import for_worker
from synnefo_core.contracts.driver import Unavailable
from synnefo_core.contracts.storage import Kind
from tests.system.labs.waiting import until
from tests.system.storm.barrier import Barrier

NO_GRACE = Periods(0, 0)
IDLE_S = 0.5


class Upkeep:
    """What keeps a store in order while the block runs.

    Attributes:
        seen: How often what was done.
    """

    def __init__(self, cloud: Cloud, barrier: Barrier) -> None:
        self._context, self._store = for_worker(cloud), cloud.stores()[0]
        self._blocks = cloud.store(self._store).blocks
        self._barrier, self._stopping = barrier, threading.Event()
        self.seen, self._first = Counter[str](), self._things()

    def __enter__(self) -> Self:
        self._stopping.clear()
        self._pool = ThreadPoolExecutor(2)
        self._running: list[Future[None]] = [
            self._pool.submit(self._repeat, each) for each in (self._collect, self._scrub)
        ]
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        self._pool.shutdown()
        for each in self._running:
            each.result()

    def _repeat(self, work) -> None:
        done = -1
        while not self._stopping.is_set():
            try:
                work()
            except Unavailable:
                self.seen["away"] += 1
            # Where nobody has written there is nothing new to look at.
            done = self._barrier.wait_for_more(done, IDLE_S)

    def _collect(self) -> None:
        try:
            ledger = collect(self._context, self._store, NO_GRACE)
        finally:
            self._barrier.wait_for_all()
        assert ledger.is_sound, (ledger.missing, ledger.damaged)
        self.seen["collections"] += 1
        self.seen["deleted"] += ledger.total(Fate.DELETED)

    def _scrub(self) -> None:
        result = scrub(self._context, self._store)
        assert result.is_sound, result.faults
        self.seen["scrubs"] += 1

    def require_sound(self) -> None:
        """Fail when something that is needed is not there or not right; nobody writes."""
        ledger, _ = check(self._context, self._store, NO_GRACE)
        assert ledger.is_sound, (ledger.missing, ledger.damaged)
        self._scrub()

    def collect_twice(self) -> None:
        """Delete what is garbage: it is found at first, and deleted then."""
        for _ in range(2):
            self._collect()

    def require_as_at_first(self) -> None:
        """Fail when collections leave more than there was before the first write."""
        until(self._is_as_at_first, "all garbage to be gone", within_s=60)

    def _is_as_at_first(self) -> bool:
        collect(self._context, self._store, NO_GRACE)
        return self._things() == self._first

    def _things(self) -> set[tuple[Kind, bytes]]:
        kinds = (kind for kind in Kind if kind is not Kind.NOTE)
        return {(kind, entry.digest) for kind in kinds for entry in self._blocks.entries(kind)}
