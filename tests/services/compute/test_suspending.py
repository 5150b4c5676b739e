# SPDX-License-Identifier: Apache-2.0
"""Servers that an operator suspends: what their owners can do, and the command (CYC-038)."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_network
from synnefo_compute import suspending
from synnefo_core.commands import main
from synnefo_core.context import for_worker
from synnefo_core.errors import Forbidden, NotFound, Unauthenticated

FORBIDDEN = {
    "start": synnefo_compute.start_server,
    "delete": synnefo_compute.delete_server,
    "rename": lambda context, server_id: synnefo_compute.update_server(
        context, server_id, name="x"
    ),
    "tag": lambda context, server_id: synnefo_compute.add_tag(context, server_id, "x"),
    "metadata": lambda context, server_id: synnefo_compute.merge_metadata(
        context, server_id, {"a": "1"}
    ),
    "lock": synnefo_compute.lock_server,
    "unlock": synnefo_compute.unlock_server,
    "console": synnefo_compute.open_console,
    "group": lambda context, server_id: synnefo_compute.add_security_group(
        context, server_id, "default"
    ),
    "card": lambda context, server_id: synnefo_compute.attach_card(context, server_id),
}


@pytest.fixture
def operator(cloud):
    """Return a function that gives the context of one more command."""
    return lambda: for_worker(cloud)


@pytest.fixture
def suspended(server, operator, settle):
    """Return a server that an operator has suspended."""
    assert "" == suspending.suspend_server(operator(), server.id, because="unpaid")
    settle()
    return server


@pytest.fixture
def synnefo(cloud, capsys, monkeypatch):
    """Return a function that runs a command and returns what it says."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words, expect=0):
        assert expect == main(["--data", str(cloud.data_dir), *words])
        said = capsys.readouterr()
        return said.out + said.err

    return run


def state(context, server):
    shown = synnefo_compute.show_server(context, server.id)
    return shown.vm_state, shown.is_locked, shown.locked_reason


def test_a_suspended_server_is_stopped_and_says_why(suspended, again):
    assert ("stopped", True, "unpaid") == state(again(), suspended)
    assert ["stop", "suspend", "create"] == [
        each.name for each in synnefo_compute.list_actions(again(), suspended.id)
    ]


@pytest.mark.parametrize("action", FORBIDDEN)
def test_its_owner_can_do_nothing_to_it(suspended, again, action):
    before = synnefo_compute.show_server(again(), suspended.id)

    with pytest.raises(Forbidden):
        FORBIDDEN[action](again(), suspended.id)

    assert before == synnefo_compute.show_server(again(), suspended.id)


OF_PORTS = {
    "delete": synnefo_network.delete_port,
    "rename": lambda context, port_id: synnefo_network.update_port(context, port_id, {"name": "x"}),
    "take away": lambda context, port_id: synnefo_network.update_port(
        context, port_id, {"device_id": "", "device_owner": ""}
    ),
}


@pytest.mark.parametrize("change", OF_PORTS)
def test_its_owner_can_do_nothing_to_its_port_in_the_network_api(suspended, again, change):
    (port,) = synnefo_compute.show_server(again(), suspended.id).ports

    with pytest.raises(Forbidden, match="suspended"):
        OF_PORTS[change](again(), port.id)

    assert port == synnefo_network.show_port(again(), port.id)


def test_the_port_is_its_owners_again_once_that_ended(suspended, again, operator):
    (port,) = synnefo_compute.show_server(again(), suspended.id).ports
    suspending.resume_server(operator(), suspended.id)

    synnefo_network.update_port(again(), port.id, {"name": "mine"})

    assert "mine" == synnefo_network.show_port(again(), port.id).name


def test_administrators_change_its_port(suspended, again, operator):
    (port,) = synnefo_compute.show_server(again(), suspended.id).ports

    synnefo_network.update_port(operator(), port.id, {"name": "theirs"})

    assert "theirs" == synnefo_network.show_port(again(), port.id).name


def test_a_port_that_was_brought_is_free_again_with_the_server(
    again, operator, network, cluster, settle
):
    port = synnefo_network.create_port(again(), synnefo_network.PortSpec(network))
    spec = synnefo_compute.ServerSpec(
        "web", "small", nics=[synnefo_network.PlugRequest(port_id=port.id)]
    )
    server = synnefo_compute.create_server(again(), spec)
    settle()
    suspending.suspend_server(operator(), server.id)
    settle()
    synnefo_compute.delete_server(operator(), server.id)
    settle()

    synnefo_network.delete_port(again(), port.id)

    with pytest.raises(NotFound):
        synnefo_network.show_port(again(), port.id)


def test_a_console_that_was_opened_before_shows_nothing(server, again, operator, cloud):
    token = synnefo_compute.open_console(again(), server.id).rpartition("%3D")[2]
    suspending.suspend_server(operator(), server.id)

    with pytest.raises(Unauthenticated):
        synnefo_compute.enter_console(cloud, token)


def test_its_owner_starts_it_once_that_ended(suspended, again, operator, settle):
    suspending.resume_server(operator(), suspended.id)
    after = state(again(), suspended)
    synnefo_compute.start_server(again(), suspended.id)
    settle()

    assert ("stopped", False, "") == after
    assert "active" == state(again(), suspended)[0]


def test_no_administrator_unlocks_it_by_mistake(suspended, operator):
    synnefo_compute.lock_server(operator(), suspended.id, reason="mine")

    with pytest.raises(Forbidden, match="no-suspended"):
        synnefo_compute.unlock_server(operator(), suspended.id)


def test_the_end_of_no_suspension_leaves_a_lock(server, again, operator):
    synnefo_compute.lock_server(again(), server.id, reason="dear to me")
    suspending.resume_server(operator(), server.id)

    assert ("active", True, "dear to me") == state(again(), server)


def test_what_is_still_being_made_is_stopped_by_a_second_word(submit, again, operator, settle):
    server = submit()
    problem = suspending.suspend_server(operator(), server.id)
    settle()
    between = state(again(), server)[:2]
    again_said = suspending.suspend_server(operator(), server.id)
    settle()

    assert "spawning" in problem
    assert ("active", True) == between
    assert "" == again_said
    assert ("stopped", True) == state(again(), server)[:2]


def test_the_command_suspends_all_of_a_user(server, again, synnefo, settle):
    said = synnefo("server", "modify", "--user", "u1", "--suspended", "--because", "unpaid")
    settle()
    during = state(again(), server)
    synnefo("server", "modify", server.id, "--no-suspended")

    assert f"{server.id}: suspended" in said
    assert ("stopped", True, "unpaid") == during
    assert ("stopped", False, "") == state(again(), server)


def test_the_command_renames_one(server, again, synnefo):
    synnefo("server", "modify", server.id, "--name", "other")

    assert "other" == synnefo_compute.show_server(again(), server.id).name


@pytest.mark.parametrize(
    "words",
    [
        ["--suspended"],
        ["ID"],
        ["ID", "--user", "u1", "--suspended"],
        ["--user", "u1", "--name", "x"],
        ["nobody", "--suspended"],
    ],
)
def test_the_command_refuses_what_makes_no_sense(server, again, synnefo, words):
    synnefo("server", "modify", *(server.id if word == "ID" else word for word in words), expect=1)

    assert ("active", False, "") == state(again(), server)
