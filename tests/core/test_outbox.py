# SPDX-License-Identifier: Apache-2.0
import logging

import pytest
from sqlalchemy import select

from synnefo_core import outbox
from synnefo_core.context import for_worker
from synnefo_core.contracts.driver import Unavailable
from synnefo_core.db.models import EventRow
from synnefo_core.outbox import Subscription
from synnefo_core.testing.fixtures import StillClock
from synnefo_core.testing.plugins import answering
from synnefo_core.worker import Worker


class Site:
    """A cloud whose handlers write down which events they got."""

    def __init__(self, house, *names, like=None):
        self.clock = like.clock if like else StillClock()
        self.got, self.trouble = [], {}
        subscriptions = [
            Subscription("port.unbound", name, lambda c, e, name=name: self._handle(name, e))
            for name in names
        ]
        plugin = answering(subscriptions=subscriptions)
        self.cloud = house(plugin, clock=self.clock, like=like and like.cloud)
        self.context = for_worker(self.cloud)
        self.worker = Worker(self.cloud)

    def _handle(self, name, event):
        self.got.append((name, event.subject_id))
        if error := self.trouble.get(name):
            raise error

    def emit(self, subject_id="p1", error=None):
        with self.context.unit_of_work() as session:
            outbox.emit(self.context, session, "port.unbound", subject_id=subject_id)
            if error:
                raise error

    def work(self, for_s=0.0):
        end = self.clock.moment + for_s
        self.worker.drain()
        while self.clock.moment < end:
            self.clock.advance(max(1.0, for_s / 50))
            self.worker.drain()

    @property
    def rows(self):
        with self.context.reading() as session:
            return session.scalars(select(EventRow)).all()


def test_each_handler_gets_an_event_and_then_it_is_gone(house):
    site = Site(house, "compute", "volume")
    site.worker.drain()
    site.emit()

    site.work()

    assert {("compute", "p1"), ("volume", "p1")} == set(site.got)
    assert [] == site.rows


def test_an_event_of_a_transaction_that_fails_is_never_told(house):
    site = Site(house, "compute")

    with pytest.raises(ValueError, match="no room"):
        site.emit(error=ValueError("no room"))
    site.work()

    assert [] == site.got


def test_a_handler_that_fails_gets_the_event_again_and_the_others_do_not(house):
    site = Site(house, "compute", "volume")
    site.worker.drain()
    site.emit()
    site.trouble["volume"] = RuntimeError("not now")

    site.work()
    del site.trouble["volume"]
    site.work(for_s=5.0)

    assert [("compute", "p1"), ("volume", "p1"), ("volume", "p1")] == site.got
    assert [] == site.rows


def test_a_handler_that_meets_what_is_away_for_a_while_gets_the_event_again_and_it_is_no_error(
    house, caplog
):
    site = Site(house, "compute")
    site.worker.drain()
    site.emit()
    site.trouble["compute"] = Unavailable("the job queue is full")

    site.work()
    del site.trouble["compute"]
    site.work(for_s=5.0)

    assert 2 == len(site.got)
    (told,) = (each for each in caplog.records if each.name == outbox.__name__)
    assert (logging.WARNING, None) == (told.levelno, told.exc_info)


def test_an_event_waits_for_a_handler_whose_package_is_absent(house):
    site = Site(house, "compute", "volume")
    site.worker.drain()
    without = Site(house, "compute", like=site)
    without.emit()

    without.work(for_s=180.0)
    assert [["compute"]] == [row.handled_by for row in site.rows]
    site.worker.drain()  # at once, not at the next try

    assert [("compute", "p1")] == without.got
    assert [("volume", "p1")] == site.got
    assert [] == site.rows


def test_what_keeps_failing_becomes_a_dead_letter_that_blocks_nobody(house):
    site = Site(house, "compute")
    site.worker.drain()
    site.trouble["compute"] = RuntimeError("always")
    site.emit("bad")

    site.work(for_s=2000.0)
    del site.trouble["compute"]
    site.emit("good")
    site.work()

    assert ("compute", "good") == site.got[-1]
    assert [("bad", outbox.DEAD, "compute: always")] == [
        (row.subject_id, row.state, row.error) for row in site.rows
    ]
    assert outbox.MOST_ATTEMPTS == site.got.count(("compute", "bad"))


def test_an_event_that_a_killed_worker_held_comes_again_when_its_lease_ends(house):
    site = Site(house, "compute")
    site.worker.drain()
    site.emit()

    site.trouble["compute"] = SystemExit()
    with pytest.raises(SystemExit):
        site.work()
    del site.trouble["compute"]
    site.work(for_s=site.cloud.config.worker.lease_s + 1)

    assert 2 == len(site.got)
    assert [] == site.rows


def test_a_handler_that_outlives_its_lease_does_not_disturb_its_successor(house):
    site = Site(house, "compute")
    site.worker.drain()
    site.emit()
    successor = Site(house, "compute", like=site)

    class Slow(dict):
        def get(self, _name):
            site.clock.advance(60.0)
            successor.work()

    site.trouble = Slow()
    site.worker.drain()

    assert [("compute", "p1")] == site.got == successor.got
    assert [] == site.rows


def test_workers_that_start_at_once_remember_a_handler_once(house):
    site = Site(house, "compute")
    other = Site(house, "compute", like=site)

    site.worker.drain()
    other.worker.drain()
    site.emit()
    other.work()

    assert [("compute", "p1")] == other.got


def test_two_subscriptions_of_one_name_are_refused(house):
    with pytest.raises(ValueError, match="one name"):
        Site(house, "compute", "compute")
