# SPDX-License-Identifier: Apache-2.0
"""Listings of what is shared are what filtering all names would give, and read no more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import insert

import synnefo_object_store as store
from synnefo_core.errors import Forbidden
from synnefo_object_store import Folder, Permits, Place, Sharing, Window
from synnefo_object_store.models import GrantRow, ObjectRow

FOLDER = "application/directory"
PATHS = ["a", "a!", "a/", "a/b", "a/b/", "a/b/c", "a/b/c/d", "a/z", "ab", "b", "b/c", "\U0010ffff"]
WITH = {"": (), "mine": ("u2",), "all": ("*", "u3"), "other": ("u3",)}
MANY = 10_000

layouts = st.dictionaries(
    st.sampled_from(PATHS), st.tuples(st.sampled_from(sorted(WITH)), st.booleans())
)
windows = st.builds(
    Window,
    limit=st.sampled_from([1, 2, 100]),
    marker=st.sampled_from(["", "a", "a/b", "a/b/c", "b"]),
    prefix=st.sampled_from(["", "a", "a/", "a/b/"]),
    delimiter=st.sampled_from(["", "/"]),
    is_reverse=st.booleans(),
)


def share(account, name, *readers):
    sharing = Sharing(frozenset(readers))
    store.permit_object(account.context, Place(account.id, "c", name), Permits(sharing))


def listed(account, window, **only):
    return store.list_objects(account.context, account.id, "c", window, **only)


def all_of(account, window, **only):
    """Return the rows of all pages."""
    rows = []
    while page := listed(account, window, **only):
        rows += page
        window = replace(window, marker=page[-1].name)
    return rows


def is_seen(account, name):
    try:
        account.find(name)
    except Forbidden:
        return False
    return True


@given(layout=layouts, window=windows)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_guests_list_what_they_may_read(account, guest, layout, window):
    for path in PATHS:
        whom, is_folder = layout.get(path, ("", False))
        account.put(path, content_type=FOLDER if is_folder else "text/plain")
        share(account, path, *WITH[whom])
    if not any(whom in ("mine", "all") for whom, _ in layout.values()):
        with pytest.raises(Forbidden):
            listed(guest, window)
        return

    rows = all_of(guest, window)

    whole = all_of(account, replace(window, limit=100, delimiter=""))
    names = [row.name for row in whole if is_seen(guest, row.name)]
    assert folded(names, window) == rows_of(rows)


def folded(names, window):
    found = []
    for name in names:
        at = name.find("/", len(window.prefix)) if window.delimiter else -1
        row = name if at < 0 else Folder(name[: at + 1])
        if row not in found and not (at >= 0 and row.name == window.marker):
            found.append(row)
    return found


def rows_of(rows):
    return [row if isinstance(row, Folder) else row.name for row in rows]


@pytest.mark.parametrize("is_by_folder", [True, False])
def test_a_listing_of_many_takes_few_statements(account, guest, statements, is_by_folder):
    account.put("d", content_type=FOLDER)
    share(account, "d", "u2")
    fill(account, MANY, is_shared=not is_by_folder)
    fill(account, 10, is_shared=False, prefix="other/")

    with statements() as seen:
        rows = listed(guest, Window(limit=MANY + 2))

    assert MANY + 1 == len(rows)
    assert len(seen) < (12 if is_by_folder else 70)


def fill(account, count, *, is_shared, prefix="d/"):
    """Make many objects at once, as copies of one row."""
    if is_shared:
        prefix = "f/"
    made = account.put(f"{prefix}{0:06}")
    with account.context.unit_of_work() as session:
        where = ObjectRow.name == made.name
        row = dict(session.execute(ObjectRow.__table__.select().where(where)).one()._mapping)
        names = [f"{prefix}{number:06}" for number in range(1, count)]
        session.execute(
            insert(ObjectRow.__table__), [{**row, "name": name, "id": name} for name in names]
        )
        if is_shared:
            ids = {made.name: made.id, **{name: name for name in names}}
            grant = {"grantee": "u2", "account": account.id, "is_writer": False}
            session.execute(
                insert(GrantRow.__table__),
                [
                    {**grant, "container_id": row["container_id"], "name": name, "object_id": id_}
                    for name, id_ in ids.items()
                ],
            )


def test_accounts_that_share_are_listed_once_each(account, guest, statements):
    fill(account, 100, is_shared=True)
    other = replace(account.context, project_id="p3")
    store.create_container(other, "p3", "c", {})
    copied = account.find("f/000000")
    admin = replace(other, roles=frozenset({"admin"}))
    store.copy_object(admin, copied, Place("p3", "c", "a"), store.Copying())
    store.permit_object(other, Place("p3", "c", "a"), Permits(Sharing(frozenset({"*"}))))

    with statements() as seen:
        names = store.list_accounts(guest.context, Window(limit=10))

    assert ["p1", "p3"] == names
    assert ["p3"] == store.list_accounts(guest.context, Window(limit=1, marker="p1"))
    assert 3 == len(seen)


def test_guests_are_told_no_numbers(account, guest):
    account.put("a", b"123")
    share(account, "a", "u2")

    of_account = store.show_account(guest.context, account.id)
    of_container = store.show_container(guest.context, account.id, "c")
    (row,) = store.list_containers(guest.context, account.id, Window(limit=10))

    assert (0, 0) == (of_account.bytes, of_container.bytes)
    assert (None, None) == (row.objects, row.bytes)
