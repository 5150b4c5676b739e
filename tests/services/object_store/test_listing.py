# SPDX-License-Identifier: Apache-2.0
"""Listings are what a plain sort and filter of all names would give."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import text

import synnefo_object_store as store
from synnefo_core.errors import Forbidden, NotFound
from synnefo_object_store import Folder, Window
from synnefo_object_store.text_order import successor

NAMES = [
    "a",
    "a/",
    "a/b",
    "a/b/c",
    "a/b/d",
    "a/z",
    "ab",
    "b",
    "b/",
    "b//",
    "b/é",
    "b/\U0010ffff",
    "b/\U0010ffff\U0010ffffé",
    "b0",
    "c/x",
    "d/x",
    "d0/x",
    "é/x",
    "é\U0010ffff",
    "\U0010ffff",
    "z/1/2",
]


@pytest.fixture
def full(account):
    for name in NAMES:
        account.put(name)
    return account


def expected(window):
    names = sorted(name for name in NAMES if name.startswith(window.prefix))
    low, high = window.marker, window.end_marker
    if window.is_reverse:
        names.reverse()
        low, high = high, low
    rows = []
    for name in names:
        if (low and name <= low) or (high and name >= high):
            continue
        at = name.find(window.delimiter, len(window.prefix)) if window.delimiter else -1
        folder = Folder(name[: at + 1])
        if window.hides_folders:
            if name != window.prefix and (at < 0 or folder.name == name):
                rows.append(name)
        elif at < 0:
            rows.append(name)
        elif folder not in rows and folder.name != low:
            rows.append(folder)
    return rows[: window.limit]


places = st.sampled_from(["", "", *NAMES, "a/c", "0", "a/b/", "é/"])
windows = st.builds(
    Window,
    limit=st.integers(0, 20),
    marker=places,
    end_marker=places,
    prefix=st.sampled_from(["", "", "a", "a/", "b/", "é", "\U0010ffff", "nothing"]),
    delimiter=st.sampled_from(["", "/"]),
    is_reverse=st.booleans(),
)


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(windows, min_size=10, max_size=10))
def test_a_listing_is_what_is_in_its_window(full, windows):
    for window in windows:
        rows = store.list_objects(full.context, "p1", "c", window)

        shown = [row if isinstance(row, Folder) else row.name for row in rows]
        assert expected(window) == shown


@pytest.mark.parametrize("is_reverse", [False, True])
@pytest.mark.parametrize("prefix", ["", "a/", "b/"])
def test_a_path_shows_what_lies_directly_in_it(full, prefix, is_reverse):
    window = Window(20, prefix=prefix, delimiter="/", hides_folders=True, is_reverse=is_reverse)

    rows = store.list_objects(full.context, "p1", "c", window)

    assert expected(window) == [row.name for row in rows]


@pytest.mark.parametrize("delimiter", ["", "/"])
@pytest.mark.parametrize("is_reverse", [False, True])
def test_pages_follow_each_other(full, delimiter, is_reverse):
    whole = Window(100, delimiter=delimiter, is_reverse=is_reverse)
    names, marker = [], ""

    while page := store.list_objects(
        full.context, "p1", "c", Window(2, marker, delimiter=delimiter, is_reverse=is_reverse)
    ):
        names += [row.name for row in page]
        marker = names[-1]

    assert [row.name for row in store.list_objects(full.context, "p1", "c", whole)] == names


def test_containers_are_listed_with_their_counts(account):
    store.create_container(account.context, "p1", "a", {})
    account.put("name", b"content")

    rows = store.list_containers(account.context, "p1", Window(10))

    assert [("a", 0, 0), ("c", 1, 7)] == [(row.name, row.objects, row.bytes) for row in rows]


def test_a_listing_shows_an_objects_state(account):
    made = account.put("name", b"content")

    (row,) = store.list_objects(account.context, "p1", "c", Window(10))

    assert (made.size_bytes, made.etag, made.content_type, made.modified_at) == (
        row.size_bytes,
        row.etag,
        row.content_type,
        row.modified_at,
    )


def test_who_may_not_read_may_not_list(account, member):
    stranger = member.__class__(member.cloud, user_id="u9", project_id="p9", roles=member.roles)

    with pytest.raises(Forbidden):
        store.list_objects(stranger, "p1", "c", Window(10))
    with pytest.raises(NotFound):
        store.list_objects(member, "p1", "other", Window(10))


@given(st.text(max_size=3), st.text(max_size=3))
def test_the_successor_is_behind_all_that_begin_so(prefix, rest):
    after = successor(prefix)

    assert after is None or prefix + rest < after
    assert after is None or after > prefix


def test_a_page_is_read_from_an_index_in_order(account):
    """What is not shown is not read: no sort, no scan of the table."""
    statement = (
        "SELECT name, size_bytes, etag FROM object_store_object "
        "WHERE container_id = 1 AND is_current AND name > 'm' ORDER BY name LIMIT 10"
    )
    with account.context.unit_of_work() as session:
        if account.context.cloud.database.is_sqlite:
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
            shown = " ".join(str(row) for row in plan)
            assert "SEARCH object_store_object" in shown
            assert "TEMP B-TREE" not in shown
        else:
            for other in ("seqscan", "bitmapscan"):  # a few rows are read faster so
                session.execute(text(f"SET LOCAL enable_{other} = off"))
            shown = str(session.execute(text(f"EXPLAIN {statement}")).all())
            assert "Index" in shown
            assert "Sort" not in shown
