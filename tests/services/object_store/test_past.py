# SPDX-License-Identifier: Apache-2.0
"""What is replaced or removed: where it goes, and that the numbers stay true."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.errors import NotFound
from synnefo_object_store import Copying, Place, Window

WAYS = [{}, {"versions_enabled": "true"}, {"versions_location": "old"}, {"history_location": "old"}]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("ab"), st.integers(0, 9)),
        st.tuples(st.just("delete"), st.sampled_from("ab")),
        st.tuples(st.just("restore"), st.sampled_from("ab")),
        st.tuples(st.just("copy"), st.sampled_from("ab")),
        st.tuples(st.just("switch"), st.sampled_from(["true", "false"])),
    ),
    max_size=12,
)


def versions(account, container="c"):
    return store.list_versions(account.context, account.id, container, Window(limit=100))


def take(account, what, value, *rest):
    place = Place(account.id, "c", value)
    if what == "put":
        account.put(value, bytes(rest[0]))
    elif what == "delete":
        account.delete(value)
    elif what == "copy":
        store.copy_object(account.context, account.find(value), place, Copying())
    elif what == "restore":
        past = [row for row in versions(account) if row.name == value][-1:]
        for row in past:
            store.restore_version(account.context, place, row.version)
    else:
        changes = {"versions_enabled": value}
        store.update_container(account.context, account.id, "c", {}, changes)


@pytest.mark.parametrize("way", WAYS)
@given(steps=steps)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_numbers_are_those_of_what_is_there(account, way, steps):
    store.create_container(account.context, account.id, "old", {})
    store.update_container(account.context, account.id, "c", {}, way)

    for step in steps:
        if step[0] == "switch" and "versions_enabled" not in way:
            continue
        try:
            take(account, *step)
        except NotFound:
            continue

    for container in ("c", "old"):
        kept = versions(account, container)
        told = store.show_container(account.context, account.id, container)
        listed = store.list_objects(account.context, account.id, container, Window(limit=100))
        assert sum(row.size_bytes for row in kept) == told.bytes
        assert len(listed) == told.objects
    assert [] == synnefo_quota.verify(account.context)
