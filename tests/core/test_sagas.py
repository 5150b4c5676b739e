# SPDX-License-Identifier: Apache-2.0
"""The runner of sagas: order, retries, leases; what each saga must bear is in the suite."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from synnefo_core import sagas
from synnefo_core.context import for_worker
from synnefo_core.contracts.driver import Unavailable
from synnefo_core.db.models import SagaRow
from synnefo_core.logs import request_id_var
from synnefo_core.sagas import Saga, Step, Wait
from synnefo_core.testing.fixtures import StillClock
from synnefo_core.testing.plugins import answering
from synnefo_core.worker import Worker

PATIENCE_S = 600.0


class Site:
    """A cloud with one saga, whose steps write down what is done."""

    def __init__(self, house, *steps, **finishes):
        self.clock = StillClock()
        self.log = []
        self.saga = Saga("test.saga", [self._noted(step) for step in steps], **finishes)
        self.cloud = house(answering(sagas=[self.saga]), clock=self.clock)
        self.context = for_worker(self.cloud)
        self.worker = Worker(self.cloud)

    def _noted(self, step):
        def do(run):
            self.log.append(step.name)
            return step.do(run)

        def undo(run):
            self.log.append(f"undo {step.name}")
            return step.undo(run) if step.undo else None

        return replace(step, do=do, undo=undo)

    def begin(self, error=None, **data):
        with self.context.unit_of_work() as session:
            sagas.begin(self.context, session, "test.saga", subject_id="s", data=data)
            if error:
                raise error

    def cancel(self, kinds=("test.saga",)):
        with self.context.unit_of_work() as session:
            return sagas.cancel(self.context, session, "s", kinds)

    def work(self, until_s=0.0):
        """Work until nothing is due any more within so many seconds of the still clock."""
        end = self.clock.moment + until_s
        self.worker.drain()
        while (due_at := sagas.next_due(self.context, ["test.saga"])) and due_at <= end:
            self.clock.moment = due_at
            self.worker.drain()

    @property
    def row(self):
        with self.context.reading() as session:
            return session.scalars(select(SagaRow)).one()


def passes(_run):
    return None


def fails(_run):
    raise ValueError("broken")


def failing(times, error):
    """Return a step's work that fails so many times and then passes."""
    left = [error] * times

    def do(_run):
        if left:
            raise left.pop()

    return do


def test_steps_run_in_their_order_and_pass_on_what_they_learn(house):
    seen = {}
    site = Site(
        house,
        Step("first", lambda _run: {"port": 7}),
        Step("second", lambda run: seen.update(run.data)),
    )
    site.begin(name="web")

    site.work()

    assert ["first", "second"] == site.log
    assert {"name": "web", "port": 7} == seen
    assert sagas.DONE == site.row.state


def test_a_failure_is_undone_from_the_last_step_to_the_first(house):
    site = Site(house, Step("a", passes), Step("b", passes), Step("c", fails), Step("d", passes))
    site.begin()

    site.work()

    assert ["a", "b", "c", "undo c", "undo b", "undo a"] == site.log
    assert (sagas.UNDONE, "broken") == (site.row.state, site.row.error)


def test_the_outcome_is_written_with_the_end_of_the_saga(house):
    told = {}

    def note(run, session):
        row = session.get_one(SagaRow, run.saga_id)
        told.update(error=run.error, state=row.state, subject=run.subject_id)

    site = Site(house, Step("a", fails), fail=note)
    site.begin()

    site.work()

    assert {"error": "broken", "state": sagas.UNDONE, "subject": "s"} == told


def test_an_outcome_that_cannot_be_written_is_tried_until_it_can(house):
    trouble = failing(2, RuntimeError("the row is locked"))
    site = Site(house, Step("a", passes), succeed=lambda run, _session: trouble(run))
    site.begin()

    site.work()
    assert (sagas.RUNNING, 1) == (site.row.state, site.row.attempts)
    site.work(PATIENCE_S)

    assert sagas.DONE == site.row.state
    assert ["a"] == site.log


def test_a_step_is_tried_again_while_the_outside_is_unavailable(house):
    site = Site(house, Step("a", failing(3, Unavailable("no route"))))
    site.begin()

    site.work()
    assert 1 == site.row.attempts
    site.work(PATIENCE_S)

    assert sagas.DONE == site.row.state
    assert 4 == len(site.log)


def test_tries_get_rarer(house):
    site = Site(house, Step("a", failing(99, Unavailable("no route")), attempts=5))
    site.begin()
    moments = []

    site.work()
    while site.row.state == sagas.RUNNING:
        moments.append(site.row.due_at - site.clock.moment)
        site.clock.moment = site.row.due_at
        site.work()

    assert moments == sorted(moments)
    assert (4, sagas.UNDONE) == (len(moments), site.row.state)


def test_a_step_that_is_unavailable_too_often_unwinds(house):
    site = Site(house, Step("a", failing(99, Unavailable("no route")), attempts=3))
    site.begin()

    site.work(PATIENCE_S)

    assert ["a", "a", "a", "undo a"] == site.log
    assert (sagas.UNDONE, "no route") == (site.row.state, site.row.error)


def test_an_answer_in_between_starts_the_count_of_failures_again(house):
    trouble = [Unavailable("no route"), None] * 10

    def poll(_run):
        if not trouble:
            return None
        if error := trouble.pop(0):
            raise error
        return Wait(1.0)

    site = Site(house, Step("follow", poll, attempts=2))
    site.begin()

    site.work(PATIENCE_S)

    assert sagas.DONE == site.row.state


def test_a_step_that_waits_is_called_again_when_it_said(house):
    site = Site(
        house, Step("a", lambda run: None if run.data.get("asked") else Wait(60.0, {"asked": True}))
    )
    site.begin()

    site.work(59.0)
    assert ["a"] == site.log
    site.work(60.0)

    assert ["a", "a"] == site.log
    assert sagas.DONE == site.row.state


def test_an_undo_is_tried_until_it_works(house):
    trouble = failing(20, Unavailable("no route"))
    site = Site(house, Step("a", passes, undo=trouble), Step("b", fails))
    site.begin()

    site.work(PATIENCE_S * 2)

    assert 21 == site.log.count("undo a")
    assert (sagas.UNDONE, "broken") == (site.row.state, site.row.error)


def test_a_cancelled_saga_does_not_sit_out_its_wait(house):
    site = Site(house, Step("a", passes), Step("b", lambda _run: Wait(3600.0)))
    site.begin()
    site.work()

    assert site.cancel()
    site.work()

    assert ["a", "b", "undo b", "undo a"] == site.log
    assert (sagas.UNDONE, "cancelled") == (site.row.state, site.row.error)


def test_cancelling_meets_only_the_kinds_that_are_named(house):
    site = Site(house, Step("a", passes))
    site.begin()

    assert not site.cancel(["another.kind"])
    site.work()

    assert sagas.DONE == site.row.state


def test_a_saga_that_has_ended_cannot_be_cancelled(house):
    site = Site(house, Step("a", passes))
    site.begin()
    site.work()

    assert not site.cancel()


def test_a_saga_without_its_plugin_waits_for_it(house):
    site = Site(house, Step("a", passes))
    site.begin()
    without = house(like=site.cloud, clock=site.clock)

    Worker(without).drain()
    assert (sagas.RUNNING, "") == (site.row.state, site.row.owner)
    site.work()

    assert sagas.DONE == site.row.state


def test_what_has_been_due_longest_is_taken_first_whether_it_runs_or_unwinds(house):
    site = Site(house, Step("a", passes))
    states = [sagas.RUNNING, sagas.UNWINDING, sagas.UNWINDING, sagas.RUNNING]
    due = list(enumerate(states))
    for _ in due:
        site.begin()
    with site.context.unit_of_work() as session:
        rows = session.scalars(select(SagaRow)).all()
        # Begun in another order than they have become due.
        for row, (place, state) in zip(rows, reversed(due), strict=True):
            row.state, row.position, row.due_at = state, place, site.clock.moment - 10 + place

    taken = [sagas.claim(site.context, ["test.saga"], owner="one", lease_s=30.0) for _ in due]

    assert due == [(each.position, each.state) for each in taken]


def test_a_saga_is_held_by_one_worker_until_its_lease_ends(house):
    site = Site(house, Step("a", passes))
    site.begin()

    held = sagas.claim(site.context, ["test.saga"], owner="one", lease_s=30.0)
    assert sagas.claim(site.context, ["test.saga"], owner="two", lease_s=30.0) is None
    site.clock.advance(30.0)
    taken_over = sagas.claim(site.context, ["test.saga"], owner="two", lease_s=30.0)

    assert (held.id, held.epoch + 1) == (taken_over.id, taken_over.epoch)


def test_a_renewed_lease_lasts(house):
    site = Site(house, Step("a", passes))
    site.begin()
    held = sagas.claim(site.context, ["test.saga"], owner="one", lease_s=30.0)

    site.clock.advance(20.0)
    sagas.renew(site.context, [held], owner="one", lease_s=30.0)
    site.clock.advance(20.0)

    assert sagas.claim(site.context, ["test.saga"], owner="two", lease_s=30.0) is None


def test_a_worker_that_was_taken_for_dead_overwrites_nothing(house, caplog):
    site = Site(house, Step("a", lambda _run: site.successor_works()))
    site.begin()
    claimed = sagas.claim(site.context, ["test.saga"], owner="one", lease_s=30.0)

    def successor_works():
        site.successor_works = lambda: {"by": "the successor"}
        site.clock.advance(31.0)
        site.worker.drain()
        return {"by": "the dead"}

    site.successor_works = successor_works
    site.worker.runner.run(claimed)

    assert (sagas.DONE, {"by": "the successor"}) == (site.row.state, site.row.data)
    assert "saga taken over" in caplog.messages


def test_sagas_of_a_killed_process_go_on_at_once_when_it_was_the_only_one(house):
    site = Site(house, Step("a", passes))
    site.begin()
    sagas.claim(site.context, ["test.saga"], owner="killed", lease_s=30.0)

    sagas.forget_leases(site.context)
    site.work()

    assert sagas.DONE == site.row.state


def test_what_steps_log_says_which_request_began_the_saga(house):
    seen = []
    site = Site(house, Step("a", lambda _run: seen.append(request_id_var.get())))
    site.begin()

    site.work()

    assert [site.context.request_id] == seen


def test_a_begun_saga_is_forgotten_with_the_transaction_that_began_it(house):
    site = Site(house, Step("a", passes))

    with pytest.raises(ValueError, match="no room"):
        site.begin(error=ValueError("no room"))
    site.work()

    assert [] == site.log


def test_two_sagas_of_one_name_are_refused(house):
    with pytest.raises(ValueError, match="one name"):
        Worker(house(answering(sagas=[Saga("a", []), Saga("a", [])])))


def test_what_ended_long_ago_is_forgotten_and_nothing_else(house):
    site = Site(house, Step("one", passes))
    keep_s = site.cloud.config.worker.keep_ended_s

    def states():
        with site.context.reading() as session:
            return sorted(session.scalars(select(SagaRow.state)))

    site.begin()
    site.work()
    site.clock.advance(keep_s)
    site.begin()
    site.work()
    assert ["done", "done"] == states()

    site.begin()
    site.worker.run_tasks()

    assert ["done", "running"] == states()
    site.clock.advance(keep_s)
    site.worker.run_tasks()

    assert ["running"] == states()
