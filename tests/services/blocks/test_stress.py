# SPDX-License-Identifier: Apache-2.0
"""Writers, deleters and collections in several processes that are killed: nothing live goes."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import synnefo_object_store as objects
from synnefo_blocks.collection import Fate, Periods, collect, migrate, scrub
from synnefo_core.context import for_worker
from synnefo_core.contracts.storage import Kind
from synnefo_core.timetable import forget_leases
from tests.services.blocks import stress
from tests.services.blocks.stress import AFTER, BEFORE, ONE

ROOT = Path(__file__).parents[3]
IS_FULL = os.environ.get("SCALE") == "full"
STEPS, KILLS, ROUNDS = (2000, 20, 20) if IS_FULL else (100, 3, 1)
"""What writers do in all, and how often somebody is killed besides the collector by itself."""
WAIT_S = 600


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

    def run(self):
        """Have all go on until enough is done, and some be killed on the way."""
        try:
            for step in range(1, KILLS + 1):
                self.wait_for(STEPS * step // KILLS)
                self.restart([self.chance.choice(self.running)])
            self.wait_for(STEPS, others=1)
        finally:
            self.end()


class Arena:
    """A cloud of one store or two, its members' objects, and what can be seen when all is over."""

    def __init__(self, directory, url, stores):
        self.directory, self.url = directory, url
        self.cloud = stress.open_cloud(directory, url, stores)
        self.member, self.context = stress.member_of(self.cloud), for_worker(self.cloud)
        objects.create_container(self.member, "p1", "c", {})

    def run(self, seed, *kinds):
        running = Stress(self.directory, self.url, random.Random(seed), kinds)
        running.run()
        forget_leases(self.context)

    def check(self, store):
        """See that a store has what is needed, whole, and nothing else; return what is needed."""
        for _ in range(3):
            ledger = collect(self.context, store, Periods(0, 0))
        assert ledger.is_sound
        assert scrub(self.context, store).is_sound
        blocks = self.cloud.store(store).blocks
        kept = {kind: len(list(blocks.entries(kind))) for kind in Kind}
        assert ledger.total(Fate.LIVE) == kept[Kind.BLOCK] + kept[Kind.MAP]
        assert 0 == kept[Kind.QUARANTINED_BLOCK] + kept[Kind.QUARANTINED_MAP]
        return ledger.total(Fate.LIVE)

    def read_all(self):
        for row in objects.list_objects(self.member, "p1", "c", objects.Window(1000)):
            stress.get(self.member, row.name)


@pytest.fixture
def arena(make_cloud, tmp_path):
    url = make_cloud().database.engine.url.render_as_string(hide_password=False)
    made = []

    def make(stores):
        made.append(Arena(tmp_path, url, stores))
        return made[0]

    yield make
    for each in made:
        each.cloud.close()


@pytest.mark.timeout(WAIT_S)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nothing_live_is_ever_deleted(arena, seed):
    arena = arena(ONE)

    arena.run(seed, ("writer", ONE), ("writer", ONE), ("collector", ONE))

    arena.check("local")
    arena.read_all()


@pytest.mark.timeout(WAIT_S)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nothing_is_lost_between_two_stores(arena, seed):
    arena = arena(AFTER)
    # One writer has not heard of the new store's turn yet: there is always more to move.
    everybody = [("writer", BEFORE), ("writer", AFTER), ("collector", AFTER), ("mover", AFTER)]

    arena.run(seed, *everybody)
    last = migrate(arena.context, "local", "new")

    assert 0 == last.left
    assert 0 == arena.check("local")
    assert arena.check("new")
    arena.read_all()
