# SPDX-License-Identifier: Apache-2.0
import pytest

import synnefo_object_store as store
from synnefo_core.errors import Conflict, Forbidden, Invalid, NotFound


def test_a_container_is_made_once(account):
    assert not store.create_container(account.context, "p1", "c", {"A": "1"})

    assert {"A": "1"} == store.show_container(account.context, "p1", "c").metadata
    assert ((1, 0, 0), (0, 0)) == account.counts()


def test_metadata_is_merged_and_what_is_empty_goes(account):
    store.update_container(account.context, "p1", "c", {"A": "1", "B": "2"})

    store.update_container(account.context, "p1", "c", {"A": "", "C": "3"})

    assert {"B": "2", "C": "3"} == store.show_container(account.context, "p1", "c").metadata


def test_too_much_metadata_in_all_is_refused(account):
    store.update_container(account.context, "p1", "c", {f"A{n}": "x" for n in range(60)})

    with pytest.raises(Invalid):
        store.update_container(account.context, "p1", "c", {f"B{n}": "x" for n in range(60)})


def test_a_container_with_an_object_stays(account):
    account.put("name")
    with pytest.raises(Conflict):
        store.delete_container(account.context, "p1", "c")
    account.delete("name")

    store.delete_container(account.context, "p1", "c")

    with pytest.raises(NotFound):
        store.show_container(account.context, "p1", "c")


def test_a_container_of_the_same_name_begins_empty(account):
    account.put("name", b"content")
    account.delete("name")
    store.delete_container(account.context, "p1", "c")

    store.create_container(account.context, "p1", "c", {})

    assert ((1, 0, 0), (0, 0)) == account.counts()
    account.fold()
    assert ((1, 0, 0), (0, 0)) == account.counts()


@pytest.mark.parametrize("name", ["", "a/b", "x" * 257, "ü" * 129, "a\0"])
def test_names_that_can_not_be(account, name):
    with pytest.raises(Invalid):
        store.create_container(account.context, "p1", name, {})


def test_what_is_not_there_is_not_found(account):
    with pytest.raises(NotFound):
        store.update_container(account.context, "p1", "other", {"A": "1"})
    with pytest.raises(NotFound):
        store.delete_container(account.context, "p1", "other")


def test_an_account_is_empty_before_anything_is_written(member):
    found = store.show_account(member, "p1")

    assert (0, 0, 0, {}) == (found.containers, found.objects, found.bytes, found.metadata)


def test_an_account_keeps_metadata(member):
    store.update_account(member, "p1", {"A": "1"})
    store.update_account(member, "p1", {"B": "2"})

    assert {"A": "1", "B": "2"} == store.show_account(member, "p1").metadata


def test_another_project_is_forbidden(member):
    for call in (
        lambda: store.show_account(member, "p2"),
        lambda: store.update_account(member, "p2", {}),
        lambda: store.create_container(member, "p2", "c", {}),
    ):
        with pytest.raises(Forbidden):
            call()


def test_an_administrator_makes_no_account_for_nobody(context):
    with pytest.raises(NotFound):
        store.create_container(context, "nobody", "c", {})
    with pytest.raises(NotFound):
        store.show_account(context, "nobody")
