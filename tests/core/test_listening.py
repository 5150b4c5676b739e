# SPDX-License-Identifier: Apache-2.0
"""A worker hears the bus, and what it heard can wake a saga that waits for it."""

from __future__ import annotations

import threading

import pytest

from synnefo_core import sagas, underway
from synnefo_core.context import for_worker
from synnefo_core.contracts.bus import Message
from synnefo_core.listening import Listener
from synnefo_core.sagas import Saga, Step, Wait
from synnefo_core.testing.plugins import answering
from synnefo_core.worker import Worker


@pytest.fixture
def work():
    """Return a function that starts a worker; it is stopped after the test."""
    workers = []

    def start(cloud):
        worker = Worker(cloud)
        worker.start()
        workers.append(worker)

    yield start
    for worker in workers:
        worker.stop()


def test_a_started_worker_hears_what_is_published(house, work):
    heard, arrived = [], threading.Event()

    def hear(context, messages):
        heard.extend((context.is_admin, message.payload) for message in messages)
        arrived.set()

    cloud = house(answering(listeners=[Listener("tests.a", hear)]))
    work(cloud)

    cloud.bus.publish(Message("tests.a", {"number": 1}))

    assert arrived.wait(20)
    assert [(True, {"number": 1})] == heard


def test_a_listener_that_fails_does_not_end_the_worker(house, work):
    arrived = threading.Event()

    def hear(_context, messages):
        if any(message.payload["is_bad"] for message in messages):
            raise RuntimeError("no")
        arrived.set()

    cloud = house(answering(listeners=[Listener("tests.a", hear)]))
    work(cloud)

    cloud.bus.publish(Message("tests.a", {"is_bad": True}))
    cloud.bus.publish(Message("tests.a", {"is_bad": False}))

    assert arrived.wait(20)


@pytest.fixture
def waiting(house):
    """Return a worker with a saga about ``s`` that waits an hour for job 7, and what it did."""
    looks = []

    def look(run):
        looks.append(run.data["job_id"])
        return Wait(3600.0) if len(looks) == 1 else None

    cloud = house(answering(sagas=[Saga("tests.wait", [Step("look", look)])]))
    context, worker = for_worker(cloud), Worker(cloud)
    with context.unit_of_work() as session:
        sagas.begin(context, session, "tests.wait", subject_id="s", data={"job_id": "7"})
    worker.drain()
    return context, worker, looks


def test_a_saga_goes_on_when_what_it_waits_for_is_heard_of(waiting):
    context, worker, looks = waiting

    assert {("s", "7")} == underway.hasten(context, {"s": ["7"]})
    worker.drain()

    assert ["7", "7"] == looks
    with context.reading() as session:
        assert frozenset() == underway.subjects(session, ["s"])


@pytest.mark.parametrize("subject_id,word", [("s", "8"), ("t", "7")])
def test_what_a_saga_does_not_wait_for_does_not_wake_it(waiting, subject_id, word):
    context, worker, looks = waiting

    assert not underway.hasten(context, {subject_id: [word]})
    worker.drain()

    assert ["7"] == looks
    with context.reading() as session:
        assert {"s"} == underway.subjects(session, ["s", "t"])
