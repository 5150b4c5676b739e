# SPDX-License-Identifier: Apache-2.0
"""Looking back: what was there at a moment, who pays for it, and how it goes for good."""

from __future__ import annotations

import threading

import pytest

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.errors import Conflict, Forbidden, NotFound
from synnefo_core.testing.fixtures import StillClock
from synnefo_object_store import Place, Window, purges
from synnefo_object_store.rows import DISKSPACE

ALL = Window(limit=100)


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def past(account, clock):
    """Return the account with a container that keeps versions; each step takes a second."""
    store.update_container(account.context, "p1", "c", {}, {"versions_enabled": "true"})
    return Past(account, clock)


class Past:
    def __init__(self, account, clock):
        self.account, self.clock, self.context = account, clock, account.context

    def put(self, content, name="o"):
        """Write an object; return when."""
        self.clock.advance(1)
        self.account.put(name, content)
        return self.clock.now()

    def delete(self, name="o"):
        self.clock.advance(1)
        self.account.delete(name)
        return self.clock.now()

    def restore(self, at, name="o"):
        """Restore what was current at a moment; return when."""
        found = self.find(at, name)
        self.clock.advance(1)
        store.restore_version(self.context, Place("p1", "c", name), str(found.version))
        return self.clock.now()

    def find(self, at, name="o"):
        return store.show_object(self.context, "p1", "c", name, moment=at)

    def get(self, at, name="o"):
        return b"".join(store.open_object(self.context, self.find(at, name)).read())

    def listed(self, at):
        rows = store.list_objects_at(self.context, "p1", "c", ALL, at)
        return [(row.name, row.size_bytes) for row in rows]

    def purge(self, at):
        store.purge_container(self.context, "p1", "c", at)

    def kept(self):
        rows = store.list_versions(self.context, "p1", "c", ALL)
        return [(row.name, row.size_bytes) for row in rows]

    def usage(self):
        return synnefo_quota.left(self.context, "p1", DISKSPACE).usage


def test_each_moment_has_its_version(past):
    one, two = past.put(b"1"), past.put(b"22")
    gone, three = past.delete(), past.put(b"333")

    seen = [past.get(at) for at in (one, one + 0.5, two, three)]

    assert [b"1", b"1", b"22", b"333"] == seen
    assert [] == past.listed(one - 0.5) == past.listed(gone)
    with pytest.raises(NotFound):
        past.get(gone)


def test_a_version_that_was_restored_has_all_its_times(past):
    one, two = past.put(b"1"), past.put(b"22")
    again, three = past.restore(one), past.put(b"333")
    once_more = past.restore(one)
    gone = past.delete()
    moments = [one, two, again, three, once_more]

    assert [b"1", b"22", b"1", b"333", b"1"] == [past.get(at) for at in moments]
    assert [[("o", size)] for size in (1, 2, 1, 3, 1)] == [past.listed(at) for at in moments]
    assert [] == past.listed(gone)


def test_what_was_purged_has_no_times_left(past):
    one, two = past.put(b"1"), past.put(b"22")
    past.restore(one)
    gone = past.delete()

    past.purge(gone)
    back = past.put(b"1")

    assert [("o", 1)] == past.kept() == past.listed(back)
    assert [] == past.listed(one) == past.listed(two)


def test_a_version_that_was_restored_stays_until_its_last_time_is_over(past):
    one, two = past.put(b"1"), past.put(b"22")
    again = past.restore(one)
    three = past.put(b"333")

    past.purge(again)

    assert [("o", 3), ("o", 1)] == past.kept()
    assert [("o", 1)] == past.listed(one) == past.listed(again)
    assert [] == past.listed(two)
    past.purge(three)
    assert [("o", 3)] == past.kept()


def test_what_is_written_after_versions_were_switched_off_leaves_no_past(past):
    one = past.put(b"1")
    store.update_container(past.context, "p1", "c", {}, {"versions_enabled": "false"})
    past.put(b"22")
    three = past.put(b"333")

    assert [("o", 3), ("o", 1)] == past.kept()
    assert [("o", 1)] == past.listed(one)
    assert [] == past.listed(three - 0.5)


def test_a_clock_that_goes_back_leaves_one_version_a_moment(past):
    past.clock.advance(100)
    for content in (b"1", b"22", b"333"):
        past.put(content)
        past.delete()
        past.clock.advance(-5)

    for tenth in range(-200, 200):
        assert len(past.listed(past.clock.now() + tenth / 10)) <= 1


def test_a_container_without_versions_shows_what_is_still_the_same(account, clock):
    past = Past(account, clock)
    one = past.put(b"1", "a")
    past.put(b"22", "b")
    two = past.put(b"333", "b")

    assert [("a", 1)] == past.listed(one) == past.listed(two - 0.5)
    assert [("a", 1), ("b", 3)] == past.listed(two)


def test_an_object_past_its_time_was_there_before(past, worker):
    past.clock.advance(1)
    made = past.account.put("o", b"1", expires_at=past.clock.now() + 10)
    past.clock.advance(20)

    assert made.version == past.find(past.clock.now() - 15).version
    with pytest.raises(NotFound):
        past.find(past.clock.now() - 5)


def test_the_past_is_free(past):
    past.put(b"1" * 10)
    past.put(b"2" * 100)

    assert 100 == past.usage()
    past.delete()
    assert 0 == past.usage()
    assert [] == synnefo_quota.verify(past.context)


class TestWhereThePastIsPaidFor:
    @pytest.fixture
    def cloud_settings(self):
        return {("object_store", "free_versioning"): False}

    def test_a_purge_gives_back_what_it_cost(self, past):
        past.put(b"1" * 10)
        past.put(b"2" * 100)
        at = past.delete()

        assert 110 == past.usage()
        past.purge(at - 1)
        assert 100 == past.usage()
        past.purge(at)
        assert 0 == past.usage()
        assert [] == past.kept() == synnefo_quota.verify(past.context)


def test_each_version_is_paid_for_as_was_said_when_it_became_one_of_the_past(past, cloud):
    one = past.put(b"1" * 10)
    two = past.put(b"2" * 100)
    cloud.config.object_store.free_versioning = False
    past.put(b"3" * 1000)

    assert 1100 == past.usage()
    past.restore(one)
    assert 1110 == past.usage()
    past.restore(two)
    assert 1110 == past.usage()
    cloud.config.object_store.free_versioning = True
    past.purge(past.delete())
    assert [] == past.kept() == synnefo_quota.verify(past.context)


def test_a_purge_that_was_broken_off_goes_on(past, monkeypatch):
    monkeypatch.setattr(purges, "_AT_ONCE", 2)
    for size in range(5):
        at = past.put(bytes(size + 1))
    done = []

    def fall_over(*_arguments):
        done.append(1)
        if len(done) == 2:
            raise RuntimeError

    monkeypatch.setattr(purges, "_forget", fall_over)
    with pytest.raises(RuntimeError):
        past.purge(at)
    assert 3 == len(past.kept())
    monkeypatch.undo()
    past.purge(at)

    assert [("o", 5)] == past.kept()
    told = store.show_container(past.context, "p1", "c")
    assert (1, 5) == (told.objects, told.bytes)


def test_a_purge_leaves_marks_that_say_something(past):
    past.put(b"1")
    first_mark = past.delete()
    past.put(b"22")
    past.delete()

    past.purge(first_mark)

    assert [("o", 0), ("o", 2)] == past.kept()


def test_guests_do_not_look_back(past, guest):
    at = past.put(b"1")
    store.update_container(past.context, "p1", "c", {}, {"read": ".r:*,.rlistings"})

    assert b"1" == guest.get("o")
    for look in (
        lambda: store.show_object(guest.context, "p1", "c", "o", moment=at),
        lambda: store.list_objects_at(guest.context, "p1", "c", ALL, at),
        lambda: store.show_container_at(guest.context, "p1", "c", at),
        lambda: store.list_containers_at(guest.context, "p1", ALL, at),
        lambda: store.purge_container(guest.context, "p1", "c", at),
    ):
        with pytest.raises(Forbidden):
            look()


def test_who_wrote_last_is_told(past):
    past.put(b"1")
    other = past.account.by("u9")

    assert "u1" == past.account.find("o").modified_by
    store.update_object(other.context, "p1", "c", "o", metadata={"A": "1"}, headers={})
    assert "u9" == past.account.find("o").modified_by
    past.put(b"22")
    assert "u1" == past.account.find("o").modified_by
    assert [] == synnefo_quota.verify(past.context)


def test_writers_at_once_leave_the_numbers_true(account):
    """What others made one of the past meanwhile is not made one once more (counts, ledger)."""
    store.update_container(account.context, "p1", "c", {}, {"versions_enabled": "true"})
    account.put("o", b"1")

    def work(step):
        for _ in range(8):
            try:
                step()
            except (Conflict, NotFound):
                continue

    def restore():
        oldest = store.list_past(account.context, Place("p1", "c", "o"))[0][0]
        store.restore_version(account.context, Place("p1", "c", "o"), str(oldest))

    steps = [lambda: account.put("o", b"22"), lambda: account.delete("o"), restore]
    threads = [threading.Thread(target=work, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    told = store.show_container(account.context, "p1", "c")
    assert len(store.list_objects(account.context, "p1", "c", ALL)) == told.objects
    assert [] == synnefo_quota.verify(account.context)
    for _, at in store.list_past(account.context, Place("p1", "c", "o")):
        assert len(store.list_objects_at(account.context, "p1", "c", ALL, at)) <= 1
