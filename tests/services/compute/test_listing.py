# SPDX-License-Identifier: Apache-2.0
"""Lists of servers: which, and in what order."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

import synnefo_compute
from synnefo_compute import Selection, ServerSpec
from synnefo_core.errors import InvalidField

FLAVOR = "small"


@pytest.fixture
def make(member, cluster, network):
    """Return a function that makes servers of some names, and gives them back by name."""

    def make(*names):
        made = [synnefo_compute.create_server(member, ServerSpec(name, FLAVOR)) for name in names]
        return {server.name: server for server in made}

    return make


@pytest.fixture
def listed(member):
    """Return a function that lists names."""

    def listed(sort=(("name", False),), marker="", limit=10, context=member, **selection):
        found = synnefo_compute.list_servers(
            context, limit=limit, marker=marker, sort=sort, selection=Selection(**selection)
        )
        return [server.name for server in found]

    return listed


@pytest.mark.parametrize(
    "pattern, names",
    [("web", ["web-1", "web-2"]), ("^db$", ["db"]), ("-[12]", ["web-1", "web-2"]), ("^w$", [])],
)
def test_names_match_a_pattern(make, listed, pattern, names):
    make("web-1", "web-2", "db")

    assert names == listed(name=pattern)


def test_columns_are_one_value_or_any_of_several(make, listed):
    ids = {name: server.id for name, server in make("a", "b", "c").items()}

    assert ["b"] == listed(values={"id": ids["b"]})
    assert ["a", "c"] == listed(values={"id": [ids["a"], ids["c"]]})
    assert [] == listed(values={"flavor_id": "large"})


def test_addresses_match_a_pattern_and_are_of_one_version(make, listed):
    servers = make("a", "b")
    address = servers["b"].ports[0].fixed_ips[0].ip

    assert ["b"] == listed(addresses={4: f"^{address}$"})
    assert ["a", "b"] == listed(addresses={4: "10.0.0"})
    assert [] == listed(addresses={6: "10"})


def test_pages_go_on_behind_the_marker_in_any_order(make, listed):
    servers = make("a", "b", "c", "d")
    by_flavor = (("flavor_id", False), ("name", True))

    assert ["d", "c"] == listed(sort=by_flavor, limit=2)
    assert ["b", "a"] == listed(sort=by_flavor, limit=2, marker=servers["c"].id)
    assert ["c", "d"] == listed(marker=servers["b"].id)


@pytest.fixture
def other(member):
    """Return the context of a member of another project."""
    return replace(member, user_id="u2", project_id="p2")


def test_a_marker_that_is_not_in_the_list_is_refused(make, listed, other):
    servers = make("a")

    with pytest.raises(InvalidField):
        listed(marker="nothing")
    with pytest.raises(InvalidField):
        listed(marker=servers["a"].id, context=other)


def test_what_has_changed_includes_what_was_removed(make, listed, member, settle):
    servers = make("old", "changed", "gone")
    settle()
    since = member.now()
    synnefo_compute.update_server(member, servers["changed"].id, name="changed too")
    synnefo_compute.delete_server(member, servers["gone"].id)
    settle()

    assert ["changed too", "gone"] == listed(changed_since=since)
    assert ["changed too", "old"] == listed()
    assert ["gone"] == listed(is_deleted=True)
    assert [] == listed(changed_since=since + 100)


def test_only_administrators_see_those_of_all_projects(make, listed, other, context):
    make("a")

    assert [] == listed(context=other, is_everyone=True)
    assert ["a"] == listed(context=context, is_everyone=True)


@pytest.fixture
def newest(member):
    """Return a function that walks through the newest servers, two a page, and gives their names."""

    def newest(context=member, **selection):
        found, marker = [], ""
        while page := synnefo_compute.list_servers(
            context, limit=2, marker=marker, selection=Selection(**selection)
        ):
            found += [server.name for server in page]
            marker = page[-1].id
        return found

    return newest


def test_the_statement_of_plain_lists_finds_what_any_other_finds(make, newest, listed, context):
    make("a", "b", "c", "d", "e")
    by_another = listed(sort=(("created_at", True),), name=".")

    assert by_another == newest() == newest(context, is_everyone=True)
    assert 5 == len(set(by_another))


def test_plain_lists_are_of_the_own_project_and_of_what_is_there(
    make, newest, other, member, settle
):
    servers = make("a", "gone")
    settle()
    synnefo_compute.delete_server(member, servers["gone"].id)
    settle()

    assert ["a"] == newest()
    assert [] == newest(other) == newest(other, is_everyone=True)


def test_a_marker_of_another_project_is_refused_in_plain_lists_too(make, other):
    servers = make("a")

    with pytest.raises(InvalidField):
        synnefo_compute.list_servers(other, limit=2, marker=servers["a"].id)


def test_a_listed_server_is_whole_and_the_one_that_is_shown(make, member):
    synnefo_compute.create_server(member, ServerSpec("tagged", FLAVOR, tags=("x", "y")))
    make("plain")

    found = synnefo_compute.list_servers(member, limit=10)

    assert {"tagged": ("x", "y"), "plain": ()} == {each.name: each.tags for each in found}
    assert found == [synnefo_compute.show_server(member, each.id) for each in found]
    for value in (*found, *(port for each in found for port in each.ports)):
        assert vars(value).keys() == {field.name for field in fields(value)}
