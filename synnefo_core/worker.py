# SPDX-License-Identifier: Apache-2.0
"""The worker: runs sagas, hands out events, keeps periodic tasks going.

Any number of workers may run; leases in the database decide who does what. Kill one at any
instruction: its leases end and another goes on.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sqlalchemy import select

from synnefo_core import outbox, sagas, wake
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.db.models import TaskRow

log = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Task:
    """A periodic task: called every ``every_s`` seconds in one worker at a time."""

    name: str
    every_s: float
    call: Callable[[RequestContext], None]


class Worker:
    """One worker; several threads (or green threads) of this process."""

    def __init__(self, cloud: Cloud) -> None:
        """Collect what there is to do from the plugins."""
        section, hook = cloud.config.worker, cloud.plugins.hook
        self.owner = f"{socket.gethostname()[:32]}.{os.getpid()}.{uuid.uuid4().hex[:8]}"
        self._context = for_worker(cloud)
        self._bell = wake.bell(cloud)
        self._lease_s, self._poll_s = section.lease_s, section.poll_s
        self._places = threading.Semaphore(section.sagas)
        self._held: dict[str, sagas.Claim] = {}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._runner = sagas.Runner(self._context, [s for a in hook.sagas() for s in a])
        self._dispatcher = outbox.Dispatcher(
            self._context,
            [s for answer in hook.subscriptions() for s in answer],
            owner=self.owner,
            lease_s=self._lease_s,
        )
        self._tasks = [task for answer in hook.tasks() for task in answer]

    def start(self) -> None:
        """Begin to work in the background."""
        self._dispatcher.register()
        for loop in (self._saga_loop, self._event_loop, self._task_loop, self._heartbeat_loop):
            thread = threading.Thread(target=loop, name=loop.__name__, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after the steps that are under way; what waits goes on at the next start."""
        self._stopping.set()
        self._bell.ring()
        for thread in self._threads:
            thread.join(timeout_s)

    def drain(self, most: int = 10_000, *, patience_s: float = 0.0) -> int:
        """Do here and now all that is due; return how many moves that took (for tests).

        With ``patience_s`` also what becomes due within so many seconds from now.
        """
        self._dispatcher.register()
        give_up = self._context.now() + patience_s
        for moves in range(most):
            if self._run_saga_here() or self._dispatcher.dispatch():
                continue
            due_at = sagas.next_due(self._context, list(self._runner.definitions))
            if due_at is None or due_at > give_up:
                return moves
            self._stopping.wait(max(0.0, due_at - self._context.now()))
        msg = f"there is still work after {most} moves"
        raise RuntimeError(msg)

    def run_tasks(self) -> None:
        """Run every periodic task once, here and now (for tests)."""
        for task in self._tasks:
            task.call(self._context)

    def _run_saga_here(self) -> bool:
        claimed = self._claim()
        if claimed is None:
            return False
        self._runner.run(claimed)
        return True

    def _claim(self) -> sagas.Claim | None:
        kinds = list(self._runner.definitions)
        if not kinds or not sagas.is_due(self._context, kinds):
            return None
        return sagas.claim(self._context, kinds, owner=self.owner, lease_s=self._lease_s)

    # -- Loops --------------------------------------------------------------------------

    def _saga_loop(self) -> None:
        while not self._stopping.is_set():
            if not self._places.acquire(timeout=self._poll_s):
                continue
            claimed = self._guarded("claim a saga", self._claim)
            if claimed is None:
                self._places.release()
                self._bell.wait(self._poll_s)
                continue
            self._held[claimed.id] = claimed
            threading.Thread(target=self._run_held, args=(claimed,), daemon=True).start()

    def _run_held(self, claimed: sagas.Claim) -> None:
        try:
            self._guarded("run a saga", lambda: self._runner.run(claimed))
        finally:
            self._held.pop(claimed.id, None)
            self._places.release()
            self._bell.ring()

    def _event_loop(self) -> None:
        while not self._stopping.is_set():
            if not self._guarded("hand out an event", self._dispatcher.dispatch):
                self._stopping.wait(min(self._poll_s, 0.1))

    def _heartbeat_loop(self) -> None:
        while not self._stopping.wait(self._lease_s / 3):
            held = list(self._held.values())
            if held:
                self._guarded("renew leases", partial(self._renew, held))

    def _renew(self, held: list[sagas.Claim]) -> None:
        sagas.renew(self._context, held, owner=self.owner, lease_s=self._lease_s)

    def _task_loop(self) -> None:
        while not self._stopping.is_set():
            for task in self._tasks:
                if self._guarded(f"take the task {task.name}", partial(self._take, task)):
                    self._guarded(task.name, partial(task.call, self._context))
                    self._guarded("end a task", partial(self._put_back, task))
            self._stopping.wait(self._poll_s)

    def _take(self, task: Task) -> bool:
        now = self._context.now()
        with self._context.reading() as session:
            row = session.get(TaskRow, task.name)
            if row is not None and (row.due_at > now or row.leased_until > now):
                return False
        with self._context.unit_of_work() as session:
            query = select(TaskRow).where(TaskRow.name == task.name).with_for_update()
            row = session.scalars(query).first()
            if row is None:
                row = TaskRow(name=task.name, owner="", leased_until=0.0, due_at=now)
                session.add(row)
            if row.due_at > now or row.leased_until > now:
                return False
            row.owner, row.leased_until = self.owner, now + max(60.0, 4 * task.every_s)
            return True

    def _put_back(self, task: Task) -> None:
        with self._context.unit_of_work() as session:
            row = session.get_one(TaskRow, task.name)
            if row.owner == self.owner:
                row.owner, row.leased_until = "", 0.0
                row.due_at = self._context.now() + task.every_s

    def _guarded(self, doing: str, call: Callable[[], Result]) -> Result | None:
        try:
            return call()
        except Exception:
            log.exception("worker could not %s", doing)
            self._stopping.wait(self._poll_s)
            return None
