# SPDX-License-Identifier: Apache-2.0
"""Clients that spend, promise, give back, die at any statement and begin where they were.

    python spenders.py URL DIRECTORY SEED CLIENTS LIVES SECONDS

Each client is a process. In each life it finishes what the last one left, then does random
things until, at some statement, it is killed; the last life ends in peace. What a client owns is
in tables of its own beside the ledger, so that the ledger can be verified against them. Prints a
JSON object: how often what happened, and every error that a client should not have seen.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, event, select

import synnefo_quota.plugin
from synnefo_core.cloud import Cloud, assemble
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.quota import Charge, QuotaResource, Usage
from synnefo_core.db.base import new_id
from synnefo_core.errors import QuotaExceeded
from synnefo_core.hookspecs import hookimpl
from synnefo_core.testing.plugins import core_and
from synnefo_quota import NothingToGiveBack, Provision
from synnefo_quota.commissions import ResolvedOtherwise

PROJECTS = ("p0", "p1", "p2")
BUYERS, PROMISERS = ("u0", "u1"), ("u2", "u3")
"""Who pays at once, and who does it in two phases."""

LIMITS = {"tests.vm": 10, "tests.gb": 40}
LONGEST_LIFE = 150
"""A life ends at the latest at this statement."""

ACTS = 20
"""So much is done in the last life."""

metadata = MetaData()
things = Table(
    "fire_thing",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("client", Integer),
    Column("project_id", String(64)),
    Column("user_id", String(64)),
    Column("resource", String(64)),
    Column("amount", Integer),
)
intents = Table(
    "fire_intent",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("client", Integer),
    Column("wanted", JSON),
    Column("decision", String(16)),
    Column("outcome", String(16)),
)


class Owner:
    """Counts what the clients have by their own tables."""

    @hookimpl
    def quota_resources(self) -> Iterable[QuotaResource]:
        """Return two resources."""
        return [QuotaResource(name, name, project_default=n) for name, n in LIMITS.items()]

    @hookimpl
    def quota_usage(self, context: RequestContext) -> Iterable[Usage]:
        """Return everything that was paid for."""
        with context.reading() as session:
            for row in session.execute(select(things)):
                yield Usage(row.project_id, row.user_id, row.resource, row.amount)
            accepted = select(intents.c.wanted).where(intents.c.outcome == "accepted")
            for wanted in session.scalars(accepted):
                yield from (Usage(*fields) for fields in wanted)


def pairs(wanted: Iterable[tuple[str, str, str, int]]) -> list[Provision]:
    """Return both provisions for each use of a project by a user (AST-070)."""
    return [
        Provision(holder, source, resource, quantity)
        for project, user, resource, quantity in wanted
        for holder, source in ((f"project:{project}", ""), (f"user:{user}", f"project:{project}"))
    ]


class Client:
    """One client in one of its lives."""

    def __init__(self, cloud: Cloud, number: int, seed: str) -> None:
        """Begin a life."""
        self.context, self.number = for_worker(cloud), number
        self.name = f"client-{number}"
        self.random = random.Random(seed)
        self.seen: Counter[str] = Counter()

    def begin(self) -> None:
        """Finish what an earlier life left."""
        with self.context.reading() as session:
            mine = (intents.c.client == self.number, intents.c.outcome == "")
            left = session.execute(select(intents).where(*mine)).all()
        for row in left:
            self.seen["taken up again"] += 1
            self.pursue(row.key, row.wanted, row.decision)

    def act(self) -> None:
        """Do something."""
        act = self.random.choice((self.buy, self.buy, self.drop, self.promise, self.promise))
        try:
            act()
            self.seen[act.__name__] += 1
        except QuotaExceeded:
            self.seen["refused"] += 1

    def some(self, users: tuple[str, ...], least: int) -> list[tuple[str, str, str, int]]:
        """Return random uses, in random order."""
        choose = self.random.choice
        return [
            (choose(PROJECTS), choose(users), choose(list(LIMITS)), self.random.randint(least, 5))
            for _ in range(self.random.randint(1, 4))
        ]

    def buy(self) -> None:
        """Have things, paid for in the same transaction."""
        with self.context.unit_of_work() as session:
            for project, user, resource, amount in self.some(BUYERS, 1):
                row = {"project_id": project, "user_id": user, "resource": resource}
                own = {"id": new_id(), "client": self.number, "amount": amount}
                session.execute(things.insert().values(**row, **own))
                synnefo_quota.charge(self.context, [Charge(project, user, resource, amount)])

    def drop(self) -> None:
        """Give some things back, or move them to another project."""
        target = self.random.choice((None, *PROJECTS))
        with self.context.unit_of_work() as session:
            mine = select(things).where(things.c.client == self.number)
            rows = session.execute(mine.order_by(things.c.id)).all()
            for row in self.random.sample(rows, min(len(rows), 3)):
                charges = [Charge(row.project_id, row.user_id, row.resource, -row.amount)]
                at = things.c.id == row.id
                if target is None:
                    session.execute(things.delete().where(at))
                else:
                    session.execute(things.update().where(at).values(project_id=target))
                    charges.append(Charge(target, row.user_id, row.resource, row.amount))
                synnefo_quota.charge(self.context, charges)

    def promise(self) -> None:
        """Issue a commission, decide, and resolve it: three transactions, all repeatable."""
        if self.random.random() < 0.1:
            wanted = pairs(self.some(PROMISERS, 1))
            synnefo_quota.issue_commission(self.context, client=self.name, provisions=wanted)
            self.seen["abandoned"] += 1
            return
        key, wanted = new_id(), self.some(PROMISERS, -4)
        decision = self.random.choice(("accepted", "accepted", "rejected", "at once"))
        fields = {"key": key, "client": self.number, "wanted": wanted, "outcome": ""}
        with self.context.unit_of_work() as session:
            session.execute(intents.insert().values(decision=decision, **fields))
        self.pursue(key, wanted, decision)

    def pursue(self, key: str, wanted: list[tuple[str, str, str, int]], decision: str) -> None:
        """Bring an intent to its end, from wherever it is."""
        try:
            serial = synnefo_quota.issue_commission(
                self.context,
                client=self.name,
                provisions=pairs(wanted),
                is_accepted=decision == "at once",
                key=key,
            )
        except (QuotaExceeded, NothingToGiveBack):
            self.note(key, "refused")
            self.seen["refused"] += 1
            return
        is_accepted = decision != "rejected"
        for _ in range(self.random.randint(1, 2)):
            synnefo_quota.resolve_commission(
                self.context, self.name, serial, is_accepted=is_accepted
            )
        self.contradict(serial, is_accepted=not is_accepted)
        self.note(key, "accepted" if is_accepted else "rejected")

    def contradict(self, serial: int, *, is_accepted: bool) -> None:
        """See that what was decided stays so."""
        try:
            synnefo_quota.resolve_commission(
                self.context, self.name, serial, is_accepted=is_accepted
            )
        except ResolvedOtherwise:
            self.seen["contradicted"] += 1
        else:
            msg = f"commission {serial} was resolved in both ways"
            raise AssertionError(msg)

    def note(self, key: str, outcome: str) -> None:
        """Remember what became of an intent."""
        with self.context.unit_of_work() as session:
            session.execute(intents.update().where(intents.c.key == key).values(outcome=outcome))


def die_at(cloud: Cloud, statement: int) -> None:
    """Have this process killed just before it executes its so-manieth statement."""
    left = [statement]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(cloud.database.engine, "before_cursor_execute", count)
    event.listen(cloud.database.engine, "commit", count)


class Fire:
    """All clients, each in a process of its own, forked anew when it was killed."""

    def __init__(self, url: str, directory: Path, seed: str, lives: int, seconds: float) -> None:
        """Load what all need; nothing is opened yet."""
        self._url, self._directory, self._seed = url, directory, seed
        self._lives, self._end = lives, time.monotonic() + seconds
        self._plugins = core_and(synnefo_quota.plugin, Owner())
        self.seen: Counter[str] = Counter()
        self.errors: list[str] = []

    def cloud(self) -> Cloud:
        """Return a cloud of the ledger alone."""
        overrides = {("database", "url"): self._url}
        return assemble(data_dir=self._directory, overrides=overrides, plugins=self._plugins)

    def burn(self, clients: int) -> None:
        """Let all of them live all of their lives."""
        running = {self._fork(number, 0): (number, 0) for number in range(clients)}
        while running:
            pid, status = os.wait()
            number, life = running.pop(pid)
            if os.WIFSIGNALED(status):
                self.seen["killed"] += 1
                running[self._fork(number, life + 1)] = (number, life + 1)
                continue
            if status:
                self.errors.append(self._report(number, "err").read_text())
            else:
                self.seen.update(json.loads(self._report(number, "json").read_text()))

    def _report(self, number: int, kind: str) -> Path:
        return self._directory / f"report-{number}.{kind}"

    def _fork(self, number: int, life: int) -> int:
        is_last = life >= self._lives and time.monotonic() > self._end
        pid = os.fork()
        if pid == 0:
            sys.stderr = self._report(number, "err").open("w")  # where an error ends up
            seen = self._live(number, f"{self._seed}-{number}-{life}", is_last=is_last)
            self._report(number, "json").write_text(json.dumps(seen))
            os._exit(0)
        return pid

    def _live(self, number: int, seed: str, *, is_last: bool) -> Counter[str]:
        cloud = self.cloud()
        client = Client(cloud, number, seed)
        if not is_last:
            die_at(cloud, client.random.randint(3, LONGEST_LIFE))
        client.begin()
        for _ in range(ACTS) if is_last else itertools.count():
            client.act()
        cloud.close()
        return client.seen


def main(url: str, directory: str, seed: str, clients: str, lives: str, seconds: str) -> None:
    """Burn, and print what was seen."""
    fire = Fire(url, Path(directory), seed, int(lives), float(seconds))
    fire.burn(int(clients))
    sys.stdout.write(json.dumps({"seen": fire.seen, "errors": fire.errors}))


if __name__ == "__main__":
    main(*sys.argv[1:])
