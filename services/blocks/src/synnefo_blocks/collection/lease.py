# SPDX-License-Identifier: Apache-2.0
"""One collection of a store at a time, in the whole cloud.

Two at once would be safe (see the document) but would undo each other's work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context

from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict
from synnefo_core.timetable import Task, Timetable

LEASE_S = 60.0
RENEW_EVERY_S = 10.0


class Busy(Conflict):
    """Another collection of the store is running, or died within the last minute."""

    code = "store_busy"

    def __init__(self, store: str) -> None:
        """Name the store."""
        super().__init__(f"the store {store} is being collected by another process")
        self.store = store


@contextmanager
def only_one(context: RequestContext, store: str) -> Iterator[Callable[[], None]]:
    """Hold the store's lease; the block calls what it is given now and then, to keep it.

    Raises:
        Busy: Somebody else has it.
    """
    turn = Task(f"blocks.collection.{store}", 0.0, lambda _context: None)
    timetable = Timetable(context, [turn], owner=new_id(), lease_s=LEASE_S)
    timetable.register()
    if not timetable.take(turn):
        raise Busy(store)
    renewed_at = context.cloud.clock.monotonic()

    def renew() -> None:
        nonlocal renewed_at
        now = context.cloud.clock.monotonic()
        if now - renewed_at >= RENEW_EVERY_S:
            # Owners are asked inside of a reading, which nothing can be written in.
            Context().run(timetable.renew, [turn.name])
            renewed_at = now

    try:
        yield renew
    finally:
        timetable.put_back(turn)
