# SPDX-License-Identifier: Apache-2.0
"""Several clients write to a cloud that is killed again and again; then all is looked at."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import synnefo_quota
from synnefo_core.cloud import assemble
from synnefo_core.context import for_worker
from tests.system.client import Client
from tests.system.deployment import Deployment
from tests.system.labs.processes import Process
from tests.system.storm.barrier import Barrier
from tests.system.storm.gale import Gale
from tests.system.storm.upkeep import Upkeep
from tests.system.storm.worlds import World
from tests.system.storm.writer import BLOCK, Writer

WRITERS = 4


class Servers:
    """A cloud's processes, which die and are started again."""

    def __init__(
        self, deployment: Deployment, chance: random.Random, options: tuple[str, ...]
    ) -> None:
        """Start them; ``options`` are those of ``synnefo serve``."""
        self._deployment, self._chance, self._options = deployment, chance, options
        self._serving = deployment.serve(*self._options)
        self._working = deployment.work()

    def strikes(self, number: int) -> list[Callable[[], None]]:
        """Return what kills all that serve, one of them or the worker, each as often."""
        kinds = [self._strike_all, self._strike_one, self._strike_worker] * number
        return self._chance.sample(kinds[:number], number)

    def _strike_all(self) -> None:
        self._serving.stop(signal.SIGKILL)
        self._serving = self._deployment.serve(*self._options)

    def _strike_one(self) -> None:
        children = Process.of(self._serving.pid).children()
        if children:
            os.kill(self._chance.choice(children), signal.SIGKILL)
        else:
            self._strike_all()

    def _strike_worker(self) -> None:
        self._working.stop(signal.SIGKILL)
        self._working = self._deployment.work()


class Storm:
    """Writers, what keeps the store in order meanwhile, and what is seen when it is over.

    Attributes:
        seen: What came of requests, collections and scrubs.
    """

    def __init__(self, deployment: Deployment, seed: int) -> None:
        """Make a container in a cloud that serves."""
        self._chance, self._barrier = random.Random(seed), Barrier()
        self._gale = Gale(self._chance)
        self._client = Client(deployment)
        self._account = f"/object-store/v1/AUTH_{self._client.project_id}"
        self._client.call("PUT", f"{self._account}/c")
        self._writers = [
            Writer(deployment, f"w{n}", random.Random(f"{seed}-{n}"), self._barrier)
            for n in range(WRITERS)
        ]
        self._cloud = assemble(data_dir=deployment.data, files=(deployment.config,))
        self.upkeep = Upkeep(self._cloud, self._barrier)
        self._ballast: World = {}

    @property
    def seen(self) -> Counter[str]:
        """What came of everything."""
        return sum((writer.seen for writer in self._writers), self.upkeep.seen.copy())

    def blow(self, steps: int, strikes: list[Callable[[], None]]) -> None:
        """Have so many steps taken in all, and everything that strikes strike in between."""
        with self.upkeep:
            self._gale.blow(steps, strikes, [writer.step for writer in self._writers])

    def look(self) -> None:
        """Fail unless everything is as it must be now that nobody writes."""
        listing = self._client.get(f"{self._account}/c?format=json&limit=10000")
        rows = {row["name"]: row for row in listing}
        found = {}
        for writer in self._writers:
            found |= writer.read_all(rows)
        found |= self._ballast
        assert {name: len(content) for name, content in found.items()} == {
            name: row["bytes"] for name, row in rows.items()
        }
        size_bytes = sum(map(len, found.values()))
        self._check_counts(len(found), size_bytes)
        self._check_ledger(size_bytes)
        self.upkeep.require_sound()

    def _check_counts(self, objects: int, size_bytes: int) -> None:
        for path, noun in (("", "Account"), ("/c", "Container")):
            told = self._client.call("HEAD", self._account + path).headers
            counted = [int(told[f"X-{noun}-{what}"]) for what in ("Object-Count", "Bytes-Used")]
            assert [objects, size_bytes] == counted

    def _check_ledger(self, size_bytes: int) -> None:
        context = for_worker(self._cloud)
        assert [] == synnefo_quota.verify(context)
        holdings = synnefo_quota.holdings(context, self._client.project_id)
        mine = f"project:{self._client.project_id}"
        used = [h.usage for h in holdings if (h.holder, h.resource) == (mine, "pithos.diskspace")]
        assert [size_bytes] == used

    def fill(self) -> None:
        """Put more and more until nothing fits in any more."""
        size_bytes = 1 << 20
        while size_bytes >= BLOCK:
            name, content = f"ballast-{len(self._ballast)}", self._chance.randbytes(size_bytes)
            answer = self._client.ask("PUT", f"{self._account}/c/{name}", data=content)
            if answer.ok:
                self._ballast[name] = content
            else:
                assert 507 == answer.status_code, answer.text
                size_bytes //= 2

    def make_room(self) -> None:
        """Remove what filled the store, and have it collected."""
        for name in self._ballast:
            self._client.call("DELETE", f"{self._account}/c/{name}")
        self._ballast = {}
        self.upkeep.collect_twice()

    def clear(self) -> None:
        """Remove everything, and fail when anything is left in the store."""
        self._client.call("DELETE", f"{self._account}/c?delimiter=/")
        self.upkeep.require_as_at_first()

    def close(self) -> None:
        """Give back what was opened."""
        self._cloud.close()


@contextmanager
def storm(deployment: Deployment, seed: int) -> Iterator[Storm]:
    """Have a storm that is over when the block ends."""
    made = Storm(deployment, seed)
    try:
        yield made
    finally:
        made.close()
