# SPDX-License-Identifier: Apache-2.0
"""The worker's loops: what runs beside what, and what ends when."""

import threading

import pytest
from sqlalchemy import select

from synnefo_core import outbox, sagas
from synnefo_core.context import for_worker
from synnefo_core.db.models import SagaRow, TaskRow
from synnefo_core.hookspecs import hookimpl
from synnefo_core.outbox import Subscription
from synnefo_core.sagas import Saga, Step
from synnefo_core.testing.plugins import answering
from synnefo_core.testing.waiting import eventually
from synnefo_core.worker import Task, Worker

PATIENT = {("worker", "lease_s"): 3.0}
"""Leases long enough for a machine that is too busy to renew one for a moment."""


@pytest.fixture
def started():
    """Return a function that starts a worker; it is stopped after the test."""
    workers = []

    def start(cloud):
        worker = Worker(cloud)
        worker.start()
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.stop()


class Gate:
    """A place where a step waits until the test lets it go on."""

    def __init__(self):
        self.entered, self.opened, self.times = threading.Event(), threading.Event(), 0

    def __call__(self, _told):
        self.times += 1
        self.entered.set()
        assert self.opened.wait(20)


def begin(cloud, kind, subject_id="s"):
    context = for_worker(cloud)
    with context.unit_of_work() as session:
        sagas.begin(context, session, kind, subject_id=subject_id)


def rows(cloud, model):
    with cloud.database.reading() as session:
        return session.scalars(select(model)).all()


def lease(cloud, task):
    return next(row.leased_until for row in rows(cloud, TaskRow) if row.name == task)


def states(cloud):
    return {row.state for row in rows(cloud, SagaRow)}


def test_a_started_worker_runs_what_is_begun(house, started):
    cloud = house(answering(sagas=[Saga("a", [Step("go", lambda _run: None)])]))
    started(cloud)

    begin(cloud, "a")

    eventually(lambda: {sagas.DONE} == states(cloud))


def test_a_started_worker_hands_out_events(house, started):
    got = []
    handler = Subscription("it.happened", "room", lambda _context, event: got.append(event))
    cloud = house(answering(subscriptions=[handler]))
    started(cloud)

    context = for_worker(cloud)
    with context.unit_of_work() as session:
        outbox.emit(context, session, "it.happened", subject_id="x", payload={"size": 3})

    eventually(lambda: got)
    assert outbox.Event("it.happened", "x", {"size": 3}) == got[0]


def test_sagas_run_beside_each_other(house, started):
    gate = Gate()
    quick, slow = Saga("quick", [Step("go", lambda _run: None)]), Saga("slow", [Step("go", gate)])
    cloud = house(answering(sagas=[quick, slow]))
    started(cloud)

    begin(cloud, "slow")
    assert gate.entered.wait(10)
    begin(cloud, "quick")

    eventually(lambda: sagas.DONE in states(cloud))
    gate.opened.set()
    eventually(lambda: {sagas.DONE} == states(cloud))


def test_no_more_sagas_run_at_once_than_the_configuration_says(house, started):
    gate = Gate()
    cloud = house(
        answering(sagas=[Saga("slow", [Step("go", gate)])]), settings={("worker", "sagas"): 2}
    )
    started(cloud)

    for number in range(3):
        begin(cloud, "slow", f"s{number}")
    eventually(lambda: 2 == gate.times)
    gate.opened.set()

    eventually(lambda: {sagas.DONE} == states(cloud))
    assert 3 == gate.times


def test_a_step_that_takes_longer_than_the_lease_is_not_taken_over(house, started):
    gate = Gate()
    plugin = answering(sagas=[Saga("slow", [Step("go", gate)])])
    cloud = house(plugin, settings=PATIENT)
    started(cloud)
    started(house(plugin, like=cloud, settings=PATIENT))

    begin(cloud, "slow")
    first_lease = eventually(lambda: gate.entered.is_set() and rows(cloud, SagaRow)[0].leased_until)
    eventually(lambda: rows(cloud, SagaRow)[0].leased_until > first_lease + 3.0)
    gate.opened.set()

    eventually(lambda: {sagas.DONE} == states(cloud))
    assert 1 == gate.times


def test_what_a_worker_leaves_when_it_ends_another_goes_on_with_at_once(house, started):
    gate, done = Gate(), []
    plugin = answering(
        sagas=[Saga("two", [Step("first", gate), Step("second", lambda _run: done.append(1))])]
    )
    cloud = house(plugin, settings={("worker", "lease_s"): 3600.0})
    worker = started(cloud)
    begin(cloud, "two")
    assert gate.entered.wait(10)

    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    gate.opened.set()
    stopping.join(10)
    assert ([], {sagas.RUNNING}) == (done, states(cloud))
    started(house(plugin, like=cloud))

    eventually(lambda: {sagas.DONE} == states(cloud))


def test_stopping_waits_for_the_steps_under_way(house, started):
    gate = Gate()
    cloud = house(answering(sagas=[Saga("slow", [Step("go", gate)])]))
    worker = started(cloud)
    begin(cloud, "slow")
    assert gate.entered.wait(10)

    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    stopping.join(0.2)
    assert stopping.is_alive()
    gate.opened.set()
    stopping.join(10)

    assert not stopping.is_alive()


def test_stopping_does_not_wait_for_ever(house, started, caplog):
    gate = Gate()
    cloud = house(answering(sagas=[Saga("slow", [Step("go", gate)])]))
    worker = started(cloud)
    begin(cloud, "slow")
    assert gate.entered.wait(10)

    worker.stop(timeout_s=0.1)

    assert "worker leaves steps under way" in caplog.messages
    gate.opened.set()


def test_a_worker_that_was_never_started_can_be_stopped(house):
    Worker(house()).stop()


def test_a_failing_claim_does_not_end_the_worker(house, started, monkeypatch):
    cloud = house(answering(sagas=[Saga("a", [Step("go", lambda _run: None)])]))
    trouble, claim = [RuntimeError("the database is away")] * 2, sagas.claim

    def failing(*arguments, **named):
        if trouble:
            raise trouble.pop()
        return claim(*arguments, **named)

    monkeypatch.setattr(sagas, "claim", failing)
    started(cloud)
    begin(cloud, "a")

    eventually(lambda: {sagas.DONE} == states(cloud))


class Killer:
    """A hook plugin that raises when a step is done."""

    @hookimpl
    def saga_step(self, phase):
        if phase == "done":
            raise RuntimeError("killed")


def test_a_hook_that_raises_counts_as_the_death_of_the_worker(house):
    cloud = house(answering(sagas=[Saga("a", [Step("go", lambda _run: None)])]))
    begin(cloud, "a")

    with cloud.plugins.also(Killer()), pytest.raises(RuntimeError, match="killed"):
        Worker(cloud).drain()

    (row,) = rows(cloud, SagaRow)
    assert (sagas.RUNNING, 0, "") == (row.state, row.position, row.error)


def test_a_task_comes_again_and_again_in_one_worker_at_a_time(house, started):
    inside, times = [], []

    def call(_context):
        inside.append(1)
        times.append(len(inside))
        inside.pop()

    plugin = answering(tasks=[Task("test.tick", 0.05, call)])
    cloud = house(plugin)
    started(cloud)
    started(house(plugin, like=cloud))

    eventually(lambda: len(times) >= 5)
    assert {1} == set(times)


def test_a_long_task_is_not_taken_over_and_holds_up_no_other(house, started):
    gate, ticks = Gate(), []
    plugin = answering(
        tasks=[Task("test.long", 0.05, gate), Task("test.tick", 0.05, lambda _c: ticks.append(1))]
    )
    cloud = house(plugin, settings=PATIENT)
    started(cloud)
    started(house(plugin, like=cloud, settings=PATIENT))

    assert gate.entered.wait(10)
    first_lease = lease(cloud, "test.long")
    eventually(lambda: lease(cloud, "test.long") > first_lease + 3.0)

    assert 1 == gate.times
    assert len(ticks) > 3
    gate.opened.set()


def test_a_task_that_fails_is_tried_at_its_next_turn(house, started):
    calls = []

    def call(_context):
        calls.append(1)
        raise RuntimeError("not this time")

    started(house(answering(tasks=[Task("test.bad", 0.02, call)])))

    eventually(lambda: len(calls) >= 3)


def test_two_tasks_of_one_name_are_refused(house):
    task = Task("same", 1.0, print)

    with pytest.raises(ValueError, match="one name"):
        Worker(house(answering(tasks=[task, task])))
