# SPDX-License-Identifier: Apache-2.0
"""Addresses of what is public end with it."""

from __future__ import annotations

import pytest

import synnefo_object_store as store
from synnefo_core.errors import Forbidden, NotFound
from synnefo_core.testing.fixtures import StillClock
from synnefo_object_store import Permits, Place
from synnefo_object_store.models import PublicRow


@pytest.fixture
def clock():
    return StillClock()


def publish(account, name, *, is_public=True):
    place = Place(account.id, "c", name)
    store.permit_object(account.context, place, Permits(is_public=is_public))
    return store.address_of(account.context, account.find(name))


def is_public(account, address):
    try:
        store.find_published(account.context, address)
    except NotFound:
        return False
    return True


def test_an_address_follows_what_is_written(account):
    account.put("a", b"1")
    address = publish(account, "a")

    account.put("a", b"12")

    assert 2 == store.find_published(account.context, address).size_bytes
    assert address == publish(account, "a")


def test_each_address_is_another_one(account):
    account.put("a")
    first = publish(account, "a")
    publish(account, "a", is_public=False)

    second = publish(account, "a")

    assert not is_public(account, first)
    assert is_public(account, second)


@pytest.mark.parametrize("versions", ["true", "false"])
def test_what_was_removed_is_not_public_whatever_comes_back(account, versions):
    store.update_container(account.context, account.id, "c", {}, {"versions_enabled": versions})
    made = account.put("a")
    address = publish(account, "a")

    account.delete("a")
    if versions == "true":
        store.restore_version(account.context, Place(account.id, "c", "a"), str(made.version))
    else:
        account.put("a")

    assert not is_public(account, address)
    assert store.address_of(account.context, account.find("a")) is None


def test_an_address_that_was_left_behind_shows_nothing(account):
    # As if somebody had published it while it was being removed.
    account.put("a")
    address = publish(account, "a")
    with account.context.unit_of_work() as session:
        session.execute(PublicRow.__table__.update().values(object_id="gone"))

    assert not is_public(account, address)
    assert is_public(account, publish(account, "a"))


def test_nothing_is_public_beyond_its_time(account, clock):
    account.put("a", expires_at=clock.now() + 5)
    address = publish(account, "a")

    clock.advance(6)

    assert not is_public(account, address)


def test_a_guest_neither_publishes_nor_sees_addresses(account, guest):
    account.put("a")
    sharing = store.Sharing(writers=frozenset({"u2"}))
    store.permit_object(account.context, Place(account.id, "c", "a"), Permits(sharing, True))

    assert store.address_of(guest.context, guest.find("a")) is None
    with pytest.raises(Forbidden):
        publish(guest, "a")
