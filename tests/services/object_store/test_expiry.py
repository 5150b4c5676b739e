# SPDX-License-Identifier: Apache-2.0
"""Objects whose time has come."""

from __future__ import annotations

import pytest

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.errors import Conflict, NotFound
from synnefo_core.testing.fixtures import StillClock
from synnefo_object_store import expiry


@pytest.fixture
def clock():
    return StillClock()


def test_what_is_past_its_time_is_not_there(account, clock):
    account.put("a", b"123", expires_at=clock.now() + 5)
    account.find("a")

    clock.advance(6)

    with pytest.raises(NotFound):
        account.find("a")
    with pytest.raises(NotFound):
        account.delete("a")


def test_a_worker_removes_it_and_gives_back_its_bytes(account, clock):
    account.put("a", b"123", expires_at=clock.now() + 5)
    account.put("b", b"12345", expires_at=clock.now() + 50)
    clock.advance(6)

    expiry.sweep(account.context)

    assert ((1, 1, 5), (1, 5)) == account.counts()
    assert [] == synnefo_quota.verify(account.context)


def test_it_does_not_keep_its_container(account, clock):
    account.put("a", b"123", expires_at=clock.now() + 5)
    account.put("b", b"123", expires_at=clock.now() + 50)
    clock.advance(6)

    with pytest.raises(Conflict):
        store.delete_container(account.context, account.id, "c")
    clock.advance(50)
    store.delete_container(account.context, account.id, "c")

    found = store.show_account(account.context, account.id)
    assert (0, 0, 0) == (found.containers, found.objects, found.bytes)
    assert [] == synnefo_quota.verify(account.context)


def test_what_was_given_more_time_stays(account, clock):
    account.put("a", b"123", expires_at=clock.now() + 5)
    account.put("a", b"1234", expires_at=clock.now() + 50)
    clock.advance(6)

    expiry.sweep(account.context)

    assert b"1234" == account.get("a")


def test_one_that_can_not_go_does_not_hold_up_the_others(account, clock):
    store.create_container(account.context, account.id, "d", {}, {"history_location": "none"})
    account.put("stuck", b"1", container="d", expires_at=clock.now() + 4)
    account.put("a", b"123", expires_at=clock.now() + 5)
    clock.advance(6)

    expiry.sweep(account.context)

    assert (0, 0) == account.counts()[1]
