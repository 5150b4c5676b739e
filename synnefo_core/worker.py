# SPDX-License-Identifier: Apache-2.0
"""The worker: runs sagas, hands out events, listens to the bus, keeps periodic tasks going.

Any number of workers may run; leases in the database decide who does what. Kill one at any
instruction: its leases end and another goes on.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from synnefo_core import outbox, sagas, wake
from synnefo_core.cloud import Cloud
from synnefo_core.context import for_worker
from synnefo_core.listening import Listening
from synnefo_core.timetable import Task, Timetable

__all__ = ["Task", "Worker"]

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Thing = TypeVar("Thing")


class Worker:
    """One worker; several threads (or green threads) of this process.

    Attributes:
        owner: The name under which it holds leases.
        runner: Runs its sagas.
    """

    def __init__(self, cloud: Cloud) -> None:
        """Collect what there is to do from the plugins."""
        section, hook = cloud.config.worker, cloud.plugins.hook
        self.owner = f"{socket.gethostname()[:32]}.{os.getpid()}.{uuid.uuid4().hex[:8]}"
        self._context = for_worker(cloud)
        self._bell = wake.bell(cloud)
        self._lease_s, self._poll_s = section.lease_s, section.poll_s
        self._places = threading.Semaphore(section.sagas)
        self._held: dict[tuple[str, int], sagas.Claim] = {}
        self._busy_with: set[str] = set()
        self._stopping, self._ended = threading.Event(), threading.Event()
        self._loops: list[threading.Thread] = []
        self._heartbeats: list[threading.Thread] = []
        self._jobs: set[threading.Thread] = set()
        self.runner = sagas.Runner(
            self._context,
            [saga for answer in hook.sagas() for saga in answer],
            is_ending=self._stopping.is_set,
        )
        self._dispatcher = outbox.Dispatcher(
            self._context,
            [s for answer in hook.subscriptions() for s in answer],
            owner=self.owner,
            lease_s=self._lease_s,
        )
        self._listening = Listening(cloud, [one for answer in hook.listeners() for one in answer])
        self._timetable = Timetable(
            self._context,
            [task for answer in hook.tasks() for task in answer],
            owner=self.owner,
            lease_s=self._lease_s,
        )

    def start(self) -> None:
        """Begin to work in the background."""
        self._dispatcher.register()
        self._timetable.register()
        self._loops = [_begun(self._saga_loop), _begun(self._event_loop), _begun(self._task_loop)]
        if self._listening.is_wanted:
            self._listening.begin()
            self._loops.append(_begun(self._listening_loop))
        self._heartbeats = [_begun(self._heartbeat_loop)]

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after the steps that are under way; what waits goes on at the next start."""
        give_up = time.monotonic() + timeout_s
        self._stopping.set()
        self._bell.ring()
        self._join(self._loops, give_up)
        self._join(self._jobs, give_up)
        # Leases are kept until the last step has ended.
        self._ended.set()
        self._join(self._heartbeats, give_up)
        if self._jobs:
            log.warning("worker leaves steps under way", extra={"number": len(self._jobs)})

    @staticmethod
    def _join(threads: Iterable[threading.Thread], give_up: float) -> None:
        for thread in list(threads):
            thread.join(max(0.0, give_up - time.monotonic()))

    def drain(self, most: int = 10_000, *, patience_s: float = 0.0) -> int:
        """Do here and now all that is due; return how many moves that took (for tests).

        With ``patience_s`` also what becomes due within so many seconds from now.
        """
        self._dispatcher.register()
        give_up = self._context.now() + patience_s
        for moves in range(most):
            if self._run_saga_here() or self._dispatcher.dispatch():
                continue
            due_at = sagas.next_due(self._context, list(self.runner.definitions))
            if due_at is None or due_at > give_up:
                return moves
            self._context.cloud.clock.wait(max(0.0, due_at - self._context.now()))
        msg = f"there is still work after {most} moves"
        raise RuntimeError(msg)

    def run_tasks(self) -> None:
        """Run every periodic task once, here and now (for tests)."""
        for task in self._timetable:
            task.call(self._context)

    def _run_saga_here(self) -> bool:
        claimed = self._claim()
        if claimed is None:
            return False
        self.runner.run(claimed)
        return True

    def _claim(self) -> sagas.Claim | None:
        kinds = list(self.runner.definitions)
        if not kinds:
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
            self._held[claimed.id, claimed.epoch] = claimed
            self._spawn(self._run_held, claimed)

    def _run_held(self, claimed: sagas.Claim) -> None:
        try:
            self._guarded("run a saga", lambda: self.runner.run(claimed))
        finally:
            del self._held[claimed.id, claimed.epoch]
            self._places.release()
            self._bell.ring()

    def _event_loop(self) -> None:
        while not self._stopping.is_set():
            if not self._guarded("hand out an event", self._dispatcher.dispatch):
                self._stopping.wait(min(self._poll_s, 0.1))

    def _listening_loop(self) -> None:
        while not self._stopping.is_set():
            self._guarded("listen", lambda: self._listening.receive(timeout_s=self._poll_s))

    def _task_loop(self) -> None:
        while not self._stopping.is_set():
            for task in self._guarded("look for tasks", self._timetable.due) or ():
                if self._guarded("take a task", partial(self._timetable.take, task)):
                    self._busy_with.add(task.name)
                    self._spawn(self._run_task, task)
            self._stopping.wait(self._poll_s)

    def _run_task(self, task: Task) -> None:
        try:
            self._guarded(f"run the task {task.name}", lambda: task.call(self._context))
            self._guarded("end a task", lambda: self._timetable.put_back(task))
        finally:
            self._busy_with.discard(task.name)

    def _heartbeat_loop(self) -> None:
        while not self._ended.wait(self._lease_s / 3):
            self._guarded("renew leases", self._renew)

    def _renew(self) -> None:
        if held := list(self._held.values()):
            sagas.renew(self._context, held, owner=self.owner, lease_s=self._lease_s)
        if names := list(self._busy_with):
            self._timetable.renew(names)

    def _spawn(self, call: Callable[[Thing], None], argument: Thing) -> None:
        def job() -> None:
            try:
                call(argument)
            finally:
                self._jobs.discard(threading.current_thread())

        thread = threading.Thread(target=job, name=call.__name__, daemon=True)
        self._jobs.add(thread)
        thread.start()

    def _guarded(self, doing: str, call: Callable[[], Result]) -> Result | None:
        """Make a call whose failure must not end the worker."""
        try:
            return call()
        except Exception:
            log.exception("worker failed", extra={"doing": doing})
            self._stopping.wait(self._poll_s)
            return None


def _begun(loop: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=loop, name=loop.__name__, daemon=True)
    thread.start()
    return thread
