# SPDX-License-Identifier: Apache-2.0
"""Processes that write, collect and move, and are killed; and what can be seen when all is over."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import synnefo_object_store as objects
from synnefo_blocks.collection import Fate, Periods, collect, scrub
from synnefo_core.context import for_worker
from synnefo_core.contracts.storage import Kind
from synnefo_core.timetable import forget_leases
from tests.services.blocks import stress
from tests.system.labs.waiting import until

ROOT = Path(__file__).parents[3]
IS_FULL = os.environ.get("SCALE") == "full"


class Process:
    """A process of the stress; what it has done is counted."""

    def __init__(self, kind, directory, url, chance, on_step):
        self.kind, (self.role, stores) = kind, kind
        words = [self.role, ",".join(stores), str(directory), url]
        command = [sys.executable, "-m", "tests.services.blocks.stress", *words]
        self.errors = directory / f"{self.role}-{chance.getrandbits(32):x}"
        with self.errors.open("w") as errors:
            self._process = subprocess.Popen(
                [*command, str(chance.getrandbits(32))],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._watch = threading.Thread(target=self._count, args=(on_step,))
        self._watch.start()

    def _count(self, on_step):
        for _ in self._process.stdout:
            on_step(self.role)

    @property
    def is_dead(self):
        return self._process.poll() is not None

    def end(self):
        """Kill it, unless it has died; fail when it died of something else."""
        self._process.kill()
        status = self._process.wait()
        self._watch.join()
        self._process.stdout.close()
        assert -signal.SIGKILL == status, self.errors.read_text()


class Stress:
    def __init__(self, directory, url, chance, kinds):
        self.directory, self.url, self.chance = directory, url, chance
        self.steps = {role: 0 for role, _ in kinds}
        self._stepped = threading.Condition()
        self.running = [self.start(kind) for kind in kinds]

    def start(self, kind):
        return Process(kind, self.directory, self.url, self.chance, self._step)

    def _step(self, role):
        with self._stepped:
            self.steps[role] += 1
            self._stepped.notify_all()

    def wait_for(self, writes, others=0):
        """Wait until writers and all others took so many steps; who dies is started again."""

        def is_enough():
            return self.steps["writer"] >= writes and min(self.steps.values()) >= others

        def is_there():
            return is_enough() or any(p.is_dead for p in self.running)

        while not is_enough():
            with self._stepped:
                # A process that dies by itself steps no more, so it is looked for as well.
                self._stepped.wait_for(is_there, timeout=0.5)
            self.restart([p for p in self.running if p.is_dead])

    def restart(self, processes):
        for process in processes:
            process.end()
            self.running.remove(process)
            self.running.append(self.start(process.kind))

    def end(self):
        for process in self.running:
            process.end()

    def run(self, steps, kills):
        """Have all go on until enough is done, and some be killed on the way."""
        try:
            for number in range(1, kills + 1):
                self.wait_for(steps * number // kills)
                self.restart([self.chance.choice(self.running)])
            self.wait_for(steps, others=1)
        finally:
            self.end()


class Arena:
    """A cloud of one store or two, its members' objects, and what can be seen when all is over."""

    def __init__(self, directory, url, stores, steps, kills):
        self.directory, self.url = directory, url
        self.steps, self.kills = steps, kills
        self.cloud = stress.open_cloud(directory, url, stores)
        self.member, self.context = stress.member_of(self.cloud), for_worker(self.cloud)
        objects.create_container(self.member, "p1", "c", {})

    def run(self, seed, *kinds):
        running = Stress(self.directory, self.url, random.Random(seed), kinds)
        running.run(self.steps, self.kills)
        forget_leases(self.context)

    def check(self, store):
        """See that a store has what is needed, whole, and nothing else; return how much is needed."""
        # Stores whose clock tells whole seconds need a few until what is old is older than that.
        until(lambda: self._is_clean(store), f"all garbage of {store} to be gone", within_s=60)
        assert scrub(self.context, store).is_sound
        return self._kept(store, Kind.BLOCK, Kind.MAP)

    def _is_clean(self, store):
        ledger = collect(self.context, store, Periods(0, 0))
        assert ledger.is_sound
        aside = self._kept(store, Kind.QUARANTINED_BLOCK, Kind.QUARANTINED_MAP)
        return not aside and ledger.total(Fate.LIVE) == self._kept(store, Kind.BLOCK, Kind.MAP)

    def _kept(self, store, *kinds):
        blocks = self.cloud.store(store).blocks
        return sum(1 for kind in kinds for _ in blocks.entries(kind))

    def read_all(self):
        for row in objects.list_objects(self.member, "p1", "c", objects.Window(1000)):
            stress.get(self.member, row.name)


@contextmanager
def arena(directory, url, stores, *, steps, kills, settings=None):
    """Have an arena; ``settings`` are those of each store, where it is not a directory."""
    stress.tell(directory, stores, settings or {})
    made = Arena(directory, url, stores, steps, kills)
    try:
        yield made
    finally:
        made.cloud.close()


def one_store(arena, seed):
    """Write to one store and collect it."""
    arena.run(seed, ("writer", stress.ONE), ("writer", stress.ONE), ("collector", stress.ONE))

    arena.check("local")
    arena.read_all()
