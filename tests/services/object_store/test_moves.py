# SPDX-License-Identifier: Apache-2.0
"""Moves: what moves is never in no place, and never paid for twice."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.errors import Conflict, Forbidden, NotFound, PreconditionFailed, QuotaExceeded
from synnefo_object_store import Condition, Copying, Place, Window, writes

NAMES = ["a", "b", "a/b", "a/b/c"]
WAYS = [{}, {"versions_enabled": "true"}, {"versions_location": "old"}, {"history_location": "old"}]


def move(account, name, to, container="c", **copying):
    source, target = Place(account.id, "c", name), Place(account.id, container, to)
    return store.move_object(account.context, source, target, Copying(**copying))


def contents(account):
    rows = store.list_objects(account.context, account.id, "c", Window(limit=100))
    return sorted(account.get(row.name) for row in rows)


@pytest.mark.parametrize("way", WAYS)
@given(moves=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=5))
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_numbers_stay_true(account, way, moves):
    store.create_container(account.context, account.id, "old", {})
    store.update_container(account.context, account.id, "c", {}, way)
    for number, name in enumerate(NAMES):
        account.put(name, b"x" * number)

    for name, to in moves:
        try:
            made = move(account, name, to) if name != to else None
        except NotFound:
            continue
        assert made is None or made.reference == account.find(to).reference

    kept = [
        row
        for container in ("c", "old")
        for row in store.list_versions(account.context, account.id, container, Window(limit=1000))
    ]
    assert (
        sum(row.size_bytes for row in kept) == store.show_account(account.context, account.id).bytes
    )
    assert [] == synnefo_quota.verify(account.context)


def test_there_is_room_for_what_moves_where_there_is_none_for_more(account):
    account.put("a", b"12345")
    store.update_container(
        account.context, account.id, "c", {"Quota-Bytes": "5", "Quota-Count": "1"}
    )

    move(account, "a", "b")

    with pytest.raises(QuotaExceeded):
        account.put("c", b"1")
    assert ((1, 1, 5), (1, 5)) == account.counts()


def test_what_can_not_be_put_there_stays_where_it_is(account):
    account.put("a", b"12345")
    account.put("b", b"1")

    with pytest.raises(PreconditionFailed):
        move(account, "a", "b", condition=Condition(is_new=True))
    with pytest.raises(NotFound):
        move(account, "a", "b", container="none")

    assert [b"1", b"12345"] == contents(account)
    assert [] == synnefo_quota.verify(account.context)


def test_who_dies_in_the_middle_of_a_move_has_moved_nothing(account, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*arguments, **named):
        raise Killed

    account.put("a", b"12345")
    monkeypatch.setattr(writes, "put", die)

    with pytest.raises(Killed):
        move(account, "a", "b")

    assert [b"12345"] == contents(account)
    assert [] == synnefo_quota.verify(account.context)


def test_a_move_to_another_account_is_paid_for_there(account):
    account.put("a", b"12345")
    admin = replace(account.context, roles=frozenset({"admin", "member", "reader"}))
    store.create_container(replace(admin, project_id="p2"), "p2", "c", {})

    store.move_object(admin, Place("p1", "c", "a"), Place("p2", "c", "a"), Copying())

    assert 0 == store.show_account(admin, "p1").bytes
    assert 5 == store.show_account(admin, "p2").bytes
    assert [] == synnefo_quota.verify(admin)


def test_moves_against_each_other_lose_nothing(account):
    account.put("a", b"of a")
    account.put("b", b"of b")
    problems = []

    def run(name, to):
        for _ in range(5):
            try:
                move(account, name, to)
            except (NotFound, Conflict):
                continue
            except BaseException as problem:
                problems.append(problem)
                raise

    threads = [threading.Thread(target=run, args=pair) for pair in [("a", "b"), ("b", "a")]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == problems
    assert 1 == len(contents(account))
    assert [] == synnefo_quota.verify(account.context)


def test_a_folder_goes_with_all_that_is_in_it(account):
    for name in ("d", "d/1", "d/2/3", "e"):
        account.put(name, name.encode())

    store.move_folder(
        account.context, Place(account.id, "c", "d"), Place(account.id, "c", "e/f"), Copying()
    )
    rows = store.list_objects(account.context, account.id, "c", Window(limit=100))

    assert ["e", "e/f", "e/f/1", "e/f/2/3"] == [row.name for row in rows]
    assert [b"d", b"d/1", b"d/2/3", b"e"] == contents(account)
    assert [] == synnefo_quota.verify(account.context)


def test_a_folder_that_nobody_made_goes_too(account):
    account.put("d/1")

    store.move_folder(
        account.context, Place(account.id, "c", "d"), Place(account.id, "c", "e"), Copying()
    )
    store.delete_folder(account.context, Place(account.id, "c", "e"))

    with pytest.raises(NotFound):
        store.delete_folder(account.context, Place(account.id, "c", "e"))


def test_who_may_write_by_a_list_moves_and_empties_nothing(account, guest):
    account.put("a")
    lists = {"read": "*:u2", "write": "*:u2"}
    store.update_container(account.context, account.id, "c", {}, lists)

    with pytest.raises(Forbidden):
        move(guest, "a", "b")
    with pytest.raises(Forbidden):
        store.empty_container(guest.context, account.id, "c")
