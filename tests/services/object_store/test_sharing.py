# SPDX-License-Identifier: Apache-2.0
"""What is shared: with whom, how far down, and never by accident."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import func, select

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.errors import Forbidden, Invalid, NotFound
from synnefo_core.testing.fixtures import StillClock
from synnefo_object_store import Incoming, Missing, Permits, Place, Sharing, Visitor
from synnefo_object_store.models import GrantRow

FOLDER = "application/directory"
BLOCK = b"a secret"
PATHS = ["a", "a/", "a/b", "a/b/", "a/b/c", "ab", "b"]
RIGHTS = {"": Sharing(), "r": Sharing(frozenset({"u2"})), "w": Sharing(writers=frozenset({"u2"}))}


@pytest.fixture
def clock():
    return StillClock()


layouts = st.dictionaries(
    st.sampled_from(PATHS), st.tuples(st.sampled_from(["", "r", "w", "x"]), st.booleans())
)


def share(account, name, *readers, writers=()):
    sharing = Sharing(frozenset(readers), frozenset(writers))
    store.permit_object(account.context, Place(account.id, "c", name), Permits(sharing))


def may(account, what, name):
    try:
        if what == "r":
            account.find(name)
        else:
            account.put(name, b"guest")
    except Forbidden:
        return False
    except NotFound:
        return True
    return True


def expected(layout, name):
    """Return the rights of u2 at a path: those of the nearest that shares anything."""
    ways = [name, *(name[:at] + end for at in range(len(name)) if name[at] == "/" for end in "/|")]
    for way in sorted({way.rstrip("|") for way in ways}, key=len, reverse=True):
        right, is_folder = layout.get(way, ("", False))
        if right and (is_folder or way == name):
            return {"r": "r", "w": "rw", "x": ""}[right]
    return ""


@given(layout=layouts, name=st.sampled_from([*PATHS, "a/b/c/d", "a/x", "a//"]))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_nearest_that_shares_anything_counts_alone(account, guest, layout, name):
    for path in PATHS:
        right, is_folder = layout.get(path, ("", False))
        account.put(path, content_type=f"{FOLDER}; a=b" if is_folder else "text/plain")
        sharing = Sharing(frozenset({"u3"})) if right == "x" else RIGHTS[right]
        store.permit_object(account.context, Place(account.id, "c", path), Permits(sharing))

    rights = "".join(what for what in "rw" if may(guest, what, name))

    assert expected(layout, name) == rights
    assert [] == synnefo_quota.verify(account.context)


def test_a_signature_is_never_taken_for_the_user_of_its_name(account):
    account.put("a")
    share(account, "a", "p2", "*")
    deputy = Visitor(
        cloud=account.context.cloud,
        user_id="p2",
        project_id="p2",
        roles=frozenset({"member", "reader"}),
        is_deputy=True,
    )

    with pytest.raises(Forbidden):
        store.show_object(deputy, account.id, "c", "a")


def test_what_was_removed_shares_nothing_with_what_comes_after(account, guest):
    account.put("a")
    share(account, "a", "u2")

    account.delete("a")
    account.put("a")

    assert not may(guest, "r", "a")
    assert 0 == grants(account)


def test_a_grant_that_was_left_behind_counts_for_nobody(account, guest):
    # As if somebody had shared it while it was being removed.
    account.put("a")
    share(account, "a", "u2")
    with account.context.unit_of_work() as session:
        session.execute(GrantRow.__table__.update().values(object_id="gone"))

    assert not may(guest, "r", "a")


def test_what_was_past_its_time_shares_nothing_with_what_comes_after(account, guest, clock):
    account.put("a", expires_at=clock.now() + 10)
    share(account, "a", "u2")
    clock.advance(11)

    account.put("a")

    assert not may(guest, "r", "a")


def test_what_is_kept_as_a_version_is_not_shared_when_it_is_back(account, guest):
    store.update_container(account.context, account.id, "c", {}, {"versions_enabled": "true"})
    made = account.put("a")
    share(account, "a", "u2")
    account.delete("a")

    store.restore_version(account.context, Place(account.id, "c", "a"), str(made.version))

    assert not may(guest, "r", "a")


def test_a_guest_may_name_only_blocks_of_its_own(account, guest):
    account.put("secret", BLOCK)
    account.put("d", content_type=FOLDER)
    share(account, "d", writers=["u2"])
    names = next(iter(store.hashmap_of(account.context, account.find("secret")).names))[0]
    place, incoming = Place(account.id, "c", "d/mine"), Incoming(content_type="text/plain")

    with pytest.raises(Missing):
        store.put_hashmap(guest.context, place, names, len(BLOCK), incoming)

    read = io.BytesIO(BLOCK).read
    assert [names] == store.put_blocks(guest.context, account.id, "c", read, len(BLOCK))
    store.put_hashmap(guest.context, place, names, len(BLOCK), incoming)
    assert BLOCK == account.get("d/mine")


def test_a_guest_that_may_only_read_brings_no_blocks(account, guest):
    account.put("a")
    share(account, "a", "u2")

    with pytest.raises(Forbidden):
        store.put_blocks(guest.context, account.id, "c", io.BytesIO(BLOCK).read, len(BLOCK))


def test_groups_have_their_limits(account):
    def update(groups):
        store.update_account(account.context, account.id, {}, groups=groups)

    with pytest.raises(Invalid):
        update({"a": [str(number) for number in range(33)]})
    with pytest.raises(Invalid):
        update({str(number): ["u"] for number in range(33)})
    with pytest.raises(Invalid):
        update({"a:b": ["u"]})

    assert {} == store.groups_of(account.context, account.id)


def test_at_most_so_many_are_named(account):
    account.put("a")

    with pytest.raises(Invalid):
        share(account, "a", *(str(number) for number in range(129)))


def test_who_reads_costs_no_more_statements_where_nothing_is_shared(account, statements):
    account.put("a")

    with statements() as alone:
        found = account.find("a")
        store.sharing_of(account.context, found)

    assert 1 == len(alone)


def grants(account):
    with account.context.reading() as session:
        return session.scalar(select(func.count()).select_from(GrantRow))


def test_others_of_the_project_see_with_whom(account):
    account.put("a")
    share(account, "a", "u2")

    found = account.by("u9").find("a")

    assert Sharing(frozenset({"u2"})) == store.sharing_of(account.context, found).sharing
