# SPDX-License-Identifier: Apache-2.0
"""How many notices of clusters the cloud takes in a second: from a broker to its rows on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from synnefo_backend_sim import operator
from synnefo_bus_amqp import AmqpBus
from synnefo_compute import events, names
from synnefo_compute.kinds import ACT
from synnefo_core import sagas
from synnefo_core.contracts.bus import Message
from synnefo_core.db.models import SagaRow
from synnefo_core.listening import Listening
from tools.bench.brokers import CLUSTER, listener
from tools.bench.fleet import Fleet

SERVERS = 1000
GOAL_PER_S = 1000

Payload = dict[str, object]


@dataclass(frozen=True)
class Rate:
    """What came of the notices of a kind; processor time is ours without the database's."""

    name: str
    notices: int
    per_s: float
    cpu_ms: float
    database_cpu_ms: float

    def __str__(self) -> str:
        return (
            f"{self.name:<10}{self.notices:>8} notices{self.per_s:>9.0f} per s"
            f"{self.cpu_ms:>9.3f} ms CPU{self.database_cpu_ms:>9.3f} ms database"
        )


class _Consumer:
    """A cloud that hears a broker, and a cluster that speaks to it."""

    def __init__(self, fleet: Fleet, node: AmqpBus, database_cpu_s: Callable[[], float]) -> None:
        self.fleet, self._node, self._database_cpu_s = fleet, node, database_cpu_s
        self._listening = Listening(fleet.context.cloud, events.LISTENERS)
        self._listening.begin()
        self._at = fleet.context.now() - 3600
        # The queue is made by who receives first.
        self._listening.receive(timeout_s=5)

    def told(self, server_id: str, *, job: str = "1", state: str = "success") -> Payload:
        """Return a notice that is newer than all before."""
        self._at += 0.001
        instance = names.of_instance(self.fleet.context.cloud, server_id)
        told = {"job": job, "instance": instance, "operation": "OP_INSTANCE_STARTUP"}
        return {**told, "state": state, "at": self._at}

    def measure(self, name: str, payloads: list[Payload]) -> Rate:
        """Have notices published, then receive them all."""
        for payload in payloads:
            self._node.publish(Message(events.JOB, payload))
        left = len(payloads)
        began, cpu_s, database_s = time.monotonic(), time.process_time(), self._database_cpu_s()
        while left > 0:
            left -= self._listening.receive(timeout_s=5)
        took_s = time.monotonic() - began
        each_ms = 1000 / len(payloads)
        return Rate(
            name,
            len(payloads),
            per_s=len(payloads) / took_s,
            cpu_ms=(time.process_time() - cpu_s) * each_ms,
            database_cpu_ms=(self._database_cpu_s() - database_s) * each_ms,
        )


@contextmanager
def _consuming(place: Path) -> Iterator[_Consumer]:
    with listener(place, "notices") as heard:
        fleet = Fleet(heard.cloud, heard.token, [CLUSTER])
        fleet.grow(SERVERS)
        yield _Consumer(fleet, heard.bus(), heard.database_cpu_s)


def measure(place: Path, number: int, tell: Callable[[str], None]) -> list[Rate]:
    """Measure each kind of notices, so many of each."""
    rates = []
    with _consuming(place) as consumer:
        for name, made in KINDS.items():
            rates.append(consumer.measure(name, made(consumer, number)))
            tell(str(rates[-1]))
    return rates


def _same(consumer: _Consumer, number: int) -> list[Payload]:
    """Jobs that changed nothing that the cloud does not know: each server is looked at."""
    ids = consumer.fleet.ids
    return [consumer.told(ids[place % len(ids)]) for place in range(number)]


def _whole(consumer: _Consumer, number: int) -> list[Payload]:
    """The same, each job with all three of its states, one after the other."""
    ids = consumer.fleet.ids
    states = ("queued", "running", "success")
    return [
        consumer.told(ids[place % len(ids)], state=state)
        for place in range(number // 3)
        for state in states
    ]


def _changed(consumer: _Consumer, number: int) -> list[Payload]:
    """Servers that somebody stopped in the cluster: each is written anew, and paid for."""
    fleet, told = consumer.fleet, []
    driver = fleet.driver(fleet.backends[0])
    for server_id in fleet.ids[: min(number, len(fleet.ids) // 2)]:
        operator.stop(driver.cluster, names.of_instance(fleet.context.cloud, server_id))
        told.append(consumer.told(server_id))
    return told


def _awaited(consumer: _Consumer, number: int) -> list[Payload]:
    """Jobs that sagas wait for: these are woken."""
    context, ids = consumer.fleet.context, consumer.fleet.ids
    later = context.now() + 3600
    waiting: list[dict[str, Any]] = [
        {
            "id": f"saga-{place}",
            "kind": ACT,
            "subject_id": server_id,
            "request_id": context.request_id,
            "state": sagas.RUNNING,
            "position": 1,
            "data": {"job_id": str(place)},
            "due_at": later,
            "created_at": context.now(),
            "updated_at": context.now(),
        }
        for place, server_id in enumerate(ids)
    ]
    with context.unit_of_work() as session:
        session.execute(insert(SagaRow), waiting)
    places = [place % len(ids) for place in range(number)]
    return [consumer.told(ids[place], job=str(place)) for place in places]


KINDS: dict[str, Callable[[_Consumer, int], list[Payload]]] = {
    "same": _same,
    "whole": _whole,
    "changed": _changed,
    "awaited": _awaited,
}
"""The kinds of notices, in the order in which they come; the last one leaves sagas behind."""
