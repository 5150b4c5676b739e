# SPDX-License-Identifier: Apache-2.0
"""Listings by metadata are what filtering all objects would give, and each is looked at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import insert

import synnefo_object_store as store
from synnefo_core.errors import Invalid
from synnefo_object_store import Criterion, Folder, Permits, Place, Sharing, Window, criteria
from synnefo_object_store.models import ObjectRow

NAMES = ["a", "a/", "a/b", "a/b/c", "a/z", "ab", "b/c", "b/d", "c", "\U0010ffff"]
VALUES = {"red": {"Color": "red"}, "blue": {"Color": "blue", "Form": "round"}, "none": {}}
MANY = 5000

criterions = st.builds(
    Criterion,
    key=st.sampled_from(["Color", "Form"]),
    operator=st.sampled_from(["", "!", "=", "!=", "<", ">="]),
    value=st.sampled_from(["red", "blue", "round"]),
)
windows = st.builds(
    Window,
    limit=st.sampled_from([1, 2, 100]),
    marker=st.sampled_from(["", "a", "a/b", "b/c"]),
    prefix=st.sampled_from(["", "a", "a/", "b/"]),
    delimiter=st.sampled_from(["", "/"]),
    is_reverse=st.booleans(),
)
layouts = st.fixed_dictionaries({name: st.sampled_from(sorted(VALUES)) for name in NAMES})


def listed(account, window, **only):
    """Return the names in all pages."""
    names = []
    while page := store.list_objects(account.context, account.id, "c", window, **only):
        names += [row.name for row in page]
        window = replace(window, marker=names[-1])
        assert len(set(names)) == len(names)
    return names


def folded(names, window):
    found = []
    for name in names:
        at = name.find("/", len(window.prefix)) if window.delimiter else -1
        row = name if at < 0 else name[: at + 1]
        if row not in found and not (at >= 0 and row == window.marker):
            found.append(row)
    return found


@given(layout=layouts, window=windows, asked=st.lists(criterions, min_size=1, max_size=2))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_listing_has_what_answers_yes(account, guest, monkeypatch, layout, window, asked):
    monkeypatch.setattr(criteria, "_AT_ONCE", 2)
    for name, color in layout.items():
        account.put(name, metadata=VALUES[color])
    for name in ("a/b", "b/c", "c"):
        sharing = Permits(Sharing(frozenset({"u2"})))
        store.permit_object(account.context, Place(account.id, "c", name), sharing)
    whole = replace(window, limit=100, delimiter="")

    for who, only in ((account, {}), (account, {"is_shared": True}), (guest, {})):
        names = [
            name
            for name in listed(who, whole, **only)
            if all(each.holds(VALUES[layout[name]]) for each in asked)
        ]

        assert folded(names, window) == listed(who, window, criteria=asked, **only)


@pytest.mark.parametrize(
    "operator, value, holds",
    [
        ("<", "9", False),
        (">", "9", True),
        (">=", "10.0", True),
        ("=", "10.0", False),
        ("!=", "9", True),
        ("<", "1x", True),
        ("<", "", False),
    ],
)
def test_two_numbers_are_ordered_as_numbers_and_all_else_as_text(operator, value, holds):
    assert holds == Criterion("Size", operator, value).holds({"Size": "10"})


@pytest.mark.parametrize("operator", ["=", "!=", "<", ">="])
def test_what_has_no_such_key_answers_no(operator):
    assert not Criterion("Size", operator, "10").holds({"Color": "red"})


@pytest.mark.parametrize(
    "criterion",
    [Criterion(""), Criterion("A" * 129), Criterion("A", "~"), Criterion("A", "=", "\0")],
)
def test_what_no_metadata_can_answer_is_not_asked(criterion):
    with pytest.raises(Invalid):
        criterion.check()


def test_each_object_is_looked_at_once_however_many_folders_there_are(account, statements):
    made = account.put("f/0000", metadata={"Color": "red"})
    with account.context.unit_of_work() as session:
        where = ObjectRow.name == made.name
        row = dict(session.execute(ObjectRow.__table__.select().where(where)).one()._mapping)
        for number in range(1, MANY):
            # One in fifty answers, each in a folder of its own.
            own = {"name": f"f{number // 50:03}/{number:04}", "id": str(number)}
            metadata = {"metadata": {"Color": "blue" if number % 50 else "red"}}
            session.execute(insert(ObjectRow.__table__), {**row, **own, **metadata})

    with statements() as seen:
        asked = [Criterion("Color", "=", "red")]
        window = Window(limit=MANY, delimiter="/")
        rows = store.list_objects(account.context, account.id, "c", window, criteria=asked)

    assert MANY // 50 == len([row for row in rows if isinstance(row, Folder)])
    assert len(seen) < 15


def test_a_listing_tells_the_state_to_who_asks_for_it(account, statements):
    made = account.put("name", b"content")

    with statements() as seen:
        (plain,) = store.list_objects(account.context, account.id, "c", Window(10))
    (row,) = store.list_objects(account.context, account.id, "c", Window(10), has_state=True)

    assert plain.state is None
    assert not any("object_hash" in statement or "metadata" in statement for statement in seen)
    assert (made.id, made.version, made.object_hash) == (
        row.state.id,
        row.state.version,
        row.state.object_hash.hex(),
    )


def test_what_is_shared_among_many_takes_few_statements(account, guest, statements):
    account.put("d", content_type="application/directory")
    sharing = Permits(Sharing(frozenset({"u2"})), is_public=True)
    store.permit_object(account.context, Place(account.id, "c", "d"), sharing)
    account.put("d/own")
    store.permit_object(
        account.context, Place(account.id, "c", "d/own"), Permits(Sharing(writers=frozenset("*")))
    )
    names = ["d", "d/own", *(f"d/{number:04}" for number in range(MANY))]

    with statements() as seen:
        shared = store.sharing_among(account.context, account.id, "c", names)
        addresses = store.addresses_among(account.context, account.id, "c", names)
    told = store.sharing_among(guest.context, account.id, "c", names)

    assert set(names) == set(shared) == set(told)
    assert {"d"} == {shared[name].name for name in names if name != "d/own"}
    assert Sharing(writers=frozenset({"u2"})) == told["d/own"].sharing
    assert Sharing(frozenset({"u2"})) == told["d/0007"].sharing
    assert ["d"] == list(addresses)
    assert {} == store.addresses_among(guest.context, account.id, "c", names)
    assert len(seen) < 20


def test_the_keys_in_use_are_told_once_each(account):
    account.put("a", metadata={"Color": "red", "Form": "round"})
    account.put("b", metadata={"Color": "blue"})
    account.put("c")

    assert ["Color", "Form"] == store.keys_in_use(account.context, account.id, "c")
