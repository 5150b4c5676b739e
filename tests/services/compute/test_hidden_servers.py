# SPDX-License-Identifier: Apache-2.0
"""Servers of which only their users and administrators know (CYC-007)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import event

import synnefo_compute
from synnefo_compute import Period, Selection, ServerSpec
from synnefo_compute.models import ServerRow
from synnefo_core.commands import main
from synnefo_core.errors import Forbidden, InvalidField, NotFound, Unauthenticated
from synnefo_core.plugins import Plugins
from synnefo_core.testing.fakes.directory import DirectoryPlugin, MemoryDirectory

FLAVOR = "small"


@pytest.fixture
def cloud(make_cloud, clock):
    """Return a cloud in which u1 is in p1 and p2, and u2 in p1."""
    directory = MemoryDirectory()
    for user, project in (("u1", "p1"), ("u1", "p2"), ("u2", "p1")):
        directory.login(user, project, "member", "reader")
    return make_cloud(plugins_=Plugins({"people": DirectoryPlugin(directory)}), clock=clock)


@pytest.fixture
def other(member):
    """Return the context of another member of the project."""
    return replace(member, user_id="u2")


@pytest.fixture
def admin(member):
    """Return the context of an administrator in the project."""
    return replace(member, user_id="u9", roles=member.roles | {"admin"})


@pytest.fixture
def make(member, cluster, network, settle):
    """Return a function that makes a server, hidden unless it is said otherwise."""

    def make(name="mine", *, is_hidden=True, **about):
        spec = ServerSpec(name, FLAVOR, is_hidden=is_hidden, **about)
        made = synnefo_compute.create_server(member, spec)
        settle()
        return made

    return make


def names(context, **asked):
    found = synnefo_compute.list_servers(context, limit=10, **asked)
    return sorted(server.name for server in found)


BY_NAME = {"sort": (("name", False),)}
CHANGED = {"selection": Selection(changed_since=0.0)}
OF_USER = {"selection": Selection({"user_id": "u1"})}


@pytest.mark.parametrize(
    "asked", [{}, BY_NAME, CHANGED, OF_USER], ids=["newest", "by name", "changed", "of its user"]
)
def test_lists_of_others_leave_it_out(make, member, other, admin, asked):
    make()
    make("ours", is_hidden=False)

    assert ["ours"] == names(other, **asked)
    assert ["mine", "ours"] == names(member, **asked) == names(admin, **asked)


def test_administrators_find_it_among_everyones(make, other, context):
    make()
    everyones = Selection(is_everyone=True)

    assert ["mine"] == names(context, selection=everyones)
    assert [] == names(other, selection=everyones)


def test_no_page_of_others_begins_behind_it(make, other):
    hidden = make()

    with pytest.raises(InvalidField):
        names(other, marker=hidden.id)


def test_a_list_is_still_one_statement(make, other, cloud):
    make("ours", is_hidden=False)
    said = []
    names(other)

    event.listen(cloud.database.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    names(other)

    assert 1 == sum("FROM compute_server" in statement for statement in said)


ACTIONS = [
    lambda context, server: synnefo_compute.show_server(context, server.id),
    lambda context, server: synnefo_compute.update_server(context, server.id, name="theirs"),
    lambda context, server: synnefo_compute.delete_server(context, server.id),
    lambda context, server: synnefo_compute.stop_server(context, server.id),
    lambda context, server: synnefo_compute.lock_server(context, server.id),
    lambda context, server: synnefo_compute.open_console(context, server.id),
    lambda context, server: synnefo_compute.reassign_server(context, server.id, "p1"),
    lambda context, server: synnefo_compute.show_metadata(context, server.id),
    lambda context, server: synnefo_compute.list_tags(context, server.id),
    lambda context, server: synnefo_compute.list_actions(context, server.id),
    lambda context, server: synnefo_compute.list_volumes(context, server.id),
    lambda context, server: synnefo_compute.server_figures(context, server.id, since=0.0),
]


@pytest.mark.parametrize("act", ACTIONS, ids=range(len(ACTIONS)))
def test_to_others_there_is_none(make, other, act):
    hidden = make()

    with pytest.raises(NotFound):
        act(other, hidden)


def test_its_user_and_administrators_act_on_it(make, member, admin, settle):
    hidden = make()

    synnefo_compute.stop_server(member, hidden.id)
    settle()
    synnefo_compute.start_server(admin, hidden.id)
    settle()

    assert "active" == synnefo_compute.show_server(member, hidden.id).vm_state


def test_what_was_removed_is_hidden_too(make, member, other, settle):
    hidden = make()
    synnefo_compute.delete_server(member, hidden.id)
    settle()
    removed = {"selection": Selection(is_deleted=True)}

    assert (["mine"], []) == (names(member, **removed), names(other, **removed))


def test_a_group_does_not_name_it(make, member, other):
    group = synnefo_compute.create_server_group(member, name="g", policy="soft-affinity")
    hidden = make(group_id=group.id)
    seen = make("ours", is_hidden=False, group_id=group.id)

    assert (seen.id,) == synnefo_compute.show_server_group(other, group.id).members
    (listed,) = synnefo_compute.list_server_groups(other)
    assert (seen.id,) == listed.members
    assert {hidden.id, seen.id} == set(synnefo_compute.show_server_group(member, group.id).members)


def test_a_new_server_goes_nowhere_by_it(make, other, network):
    hidden = make()
    spec = ServerSpec("spy", FLAVOR, hints={"same_host": [hidden.id]})

    with pytest.raises(InvalidField):
        synnefo_compute.create_server(other, spec)


def test_it_counts_and_is_not_told_of(make, member, other, clock):
    make()
    period = Period(0.0, clock.now() + 10.0)

    (usage,) = synnefo_compute.list_usage(other, period, project_id="p1", limit=10)

    assert (2, False) == (usage.vcpus, usage.is_told)
    (usage,) = synnefo_compute.list_usage(member, period, project_id="p1", limit=10)
    assert usage.is_told


def test_a_server_is_hidden_and_shared_by_its_user_only(make, member, other, context):
    shared = make(is_hidden=False)
    with pytest.raises(Forbidden):
        synnefo_compute.reassign_server(other, shared.id, "p1", is_hidden=True)

    synnefo_compute.reassign_server(member, shared.id, "p1", is_hidden=True)

    assert [] == names(other)
    assert synnefo_compute.show_server(member, shared.id).is_hidden
    assert "reassign" == synnefo_compute.list_actions(member, shared.id)[0].name
    synnefo_compute.reassign_server(member, shared.id, "p1", is_hidden=False)
    assert ["mine"] == names(other)


def test_a_hidden_server_stays_so_in_another_project(make, member):
    hidden = make()
    there = replace(member, project_id="p2")

    synnefo_compute.reassign_server(member, hidden.id, "p2")

    assert synnefo_compute.show_server(there, hidden.id).is_hidden
    assert [] == names(replace(there, user_id="u2"))


def test_a_console_that_others_opened_before_stays_shut(make, member, other, cloud):
    shared = make(is_hidden=False)
    token = synnefo_compute.open_console(other, shared.id).rpartition("%3D")[2]
    synnefo_compute.reassign_server(member, shared.id, "p1", is_hidden=True)

    with pytest.raises(Unauthenticated):
        synnefo_compute.enter_console(cloud, token)


def test_operators_see_and_change_whose_it_is(make, other, cloud, capsys, monkeypatch):
    hidden = make()
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words):
        assert 0 == main(["--data", str(cloud.data_dir), "server", *words])
        return capsys.readouterr().out

    shown = json.loads(run("show", hidden.id, "-f", "json"))
    assert "no" == shown["shared_to_project"]
    assert "shared to its project" in run("modify", hidden.id, "--shared-to-project")
    assert ["mine"] == names(other)
    run("modify", hidden.id, "--no-shared-to-project")
    assert [] == names(other)


def test_servers_of_before_are_their_projects(make, member, context):
    make(is_hidden=False)

    with context.reading() as session:
        assert {False} == {row.is_hidden for row in session.query(ServerRow)}
