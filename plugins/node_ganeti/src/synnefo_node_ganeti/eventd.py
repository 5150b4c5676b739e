# SPDX-License-Identifier: Apache-2.0
"""The daemon: what the job queue says goes into the spool, and from there to the cloud."""

from __future__ import annotations

import logging
import selectors
import time
from collections.abc import Iterable

from synnefo_core.contracts.bus import Bus
from synnefo_node_ganeti import jobs
from synnefo_node_ganeti.ending import Ending
from synnefo_node_ganeti.job_queue import JobQueue
from synnefo_node_ganeti.mastership import Mastership
from synnefo_node_ganeti.options import Options
from synnefo_node_ganeti.outlet import Outlet
from synnefo_node_ganeti.spool import Spool, SpoolFull
from synnefo_node_ganeti.watch import Watch

log = logging.getLogger(__name__)

_FILES_AT_ONCE = 200


class Eventd:
    """One thread that does all, a turn at a time.

    While it waits for a broker that hangs, nothing is lost: the kernel remembers what changed, and
    when that is too much the whole directory is read.
    """

    def __init__(self, told: Options, bus: Bus) -> None:
        self._told = told
        self._queue = JobQueue(told.ganeti_directory / "queue")
        self._mastership = Mastership(told.ganeti_directory, told.node_name)
        self._spool = Spool(told.state_directory / "spool.sqlite", limit=told.spool_limit)
        self._outlet = Outlet(bus, self._spool, heartbeat_s=told.heartbeat_s)
        self._watch = Watch(self._queue.directory)
        self._is_master = False
        self._has_gap = True

    def run(self, ending: Ending) -> None:
        """Take turns until told to end."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._watch, selectors.EVENT_READ)
            selector.register(ending, selectors.EVENT_READ)
            while not ending.is_told:
                self.turn()
                selector.select(self._due_in_s)

    def close(self) -> None:
        self._watch.close()
        self._spool.close()

    def turn(self) -> None:
        """Do what there is to do now."""
        changed = self._watch.changed()
        is_master = self._mastership.is_ours()
        if is_master != self._is_master:
            log.info("this node is the master" if is_master else "another node is the master")
            self._is_master = is_master
            # What the other one told of nobody knows here.
            changed = None
        if changed is None:
            self._has_gap = True
        if is_master:
            self._take_in(changed or ())
            self._outlet.tell()

    @property
    def _due_in_s(self) -> float:
        """How long nothing is to be done unless something changes; who is the master may."""
        if self._is_master and (not self._has_gap or not self._spool.has_room):
            return min(self._told.check_s, self._outlet.due_in_s)
        return self._told.check_s

    def _take_in(self, changed: Iterable[int]) -> None:
        """Note what changed, or everything that is not known yet after a gap."""
        if not self._spool.has_room:
            self._has_gap = True
            return
        try:
            if not self._has_gap:
                self._note(sorted(changed))
            elif not self._watch.is_blind:
                self._fill_gap()
                self._has_gap = False
        except SpoolFull:
            log.warning("the spool is full; the job queue is read again when there is room")
            self._has_gap = True

    def _fill_gap(self) -> None:
        since = time.time() - self._told.catch_up_s
        # What is older is not read again, so nobody needs to remember it; a day more, for clocks.
        self._spool.forget(since - 86400)
        self._note(self._queue.jobs(since))

    def _note(self, numbers: list[int]) -> None:
        for start in range(0, len(numbers), _FILES_AT_ONCE):
            some = numbers[start : start + _FILES_AT_ONCE]
            self._spool.note([step for number in some for step in self._steps(number)])

    def _steps(self, job: int) -> list[jobs.Step]:
        content = self._queue.content(job)
        if content is None:
            return []
        try:
            return jobs.read(
                content,
                prefix=self._told.instance_prefix,
                network_prefix=self._told.network_prefix,
            )
        except jobs.UnreadableJob as problem:
            log.error("job %s can't be read: %s", job, problem)  # noqa: TRY400  # no trace
            return []
