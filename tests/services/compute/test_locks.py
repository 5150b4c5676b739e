# SPDX-License-Identifier: Apache-2.0
"""Locks of servers: whom they stop, and who opens them again."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_compute
from synnefo_core.errors import Forbidden, InvalidState, NotFound

REFUSED = {
    "stop": lambda context, server_id: synnefo_compute.stop_server(context, server_id),
    "reboot": lambda context, server_id: synnefo_compute.reboot_server(
        context, server_id, is_hard=True
    ),
    "delete": synnefo_compute.delete_server,
    "update metadata of": lambda context, server_id: synnefo_compute.merge_metadata(
        context, server_id, {"a": "1"}
    ),
    "delete metadata of": lambda context, server_id: synnefo_compute.remove_metadata(
        context, server_id, "a"
    ),
}


@pytest.mark.parametrize("action", REFUSED)
def test_a_locked_server_is_left_as_it_is(server, member, action):
    synnefo_compute.lock_server(member, server.id)
    before = synnefo_compute.show_server(member, server.id)

    with pytest.raises(InvalidState, match=f"cannot {action} a server while it is locked"):
        REFUSED[action](member, server.id)

    assert before == synnefo_compute.show_server(member, server.id)


def test_a_stopped_server_that_is_locked_is_not_started(server, member, settle):
    synnefo_compute.stop_server(member, server.id)
    settle()
    synnefo_compute.lock_server(member, server.id)

    with pytest.raises(InvalidState, match="locked"):
        synnefo_compute.start_server(member, server.id)


def test_a_creation_goes_on_though_its_owner_wanted_a_locked_server_deleted(submit, member, settle):
    server = submit()
    synnefo_compute.lock_server(member, server.id)

    with pytest.raises(InvalidState):
        synnefo_compute.delete_server(member, server.id)
    settle()

    assert "active" == synnefo_compute.show_server(member, server.id).vm_state


def test_an_unlocked_server_is_as_before(server, member, settle):
    synnefo_compute.lock_server(member, server.id)
    synnefo_compute.unlock_server(member, server.id)

    synnefo_compute.stop_server(member, server.id)
    settle()

    assert "stopped" == synnefo_compute.show_server(member, server.id).vm_state


def test_a_lock_does_not_stop_an_administrator(server, member, context, settle):
    synnefo_compute.lock_server(member, server.id)

    synnefo_compute.stop_server(context, server.id)
    settle()
    synnefo_compute.delete_server(context, server.id)
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.show_server(member, server.id)


def test_a_locked_server_can_be_renamed(server, member):
    synnefo_compute.lock_server(member, server.id)

    assert "api" == synnefo_compute.update_server(member, server.id, name="api").name


def test_only_an_administrator_undoes_an_administrators_lock(server, member, context):
    synnefo_compute.lock_server(context, server.id)

    with pytest.raises(Forbidden):
        synnefo_compute.unlock_server(member, server.id)
    with pytest.raises(InvalidState):
        synnefo_compute.stop_server(member, server.id)

    synnefo_compute.unlock_server(context, server.id)
    synnefo_compute.stop_server(member, server.id)


def test_an_administrators_lock_takes_over_the_owners_and_not_the_other_way(
    server, member, context
):
    synnefo_compute.lock_server(member, server.id)
    synnefo_compute.lock_server(context, server.id)
    synnefo_compute.lock_server(member, server.id)

    with pytest.raises(Forbidden):
        synnefo_compute.unlock_server(member, server.id)


def test_an_administrator_undoes_an_owners_lock(server, member, context):
    synnefo_compute.lock_server(member, server.id)

    synnefo_compute.unlock_server(context, server.id)

    synnefo_compute.stop_server(member, server.id)
    assert synnefo_compute.show_server(member, server.id).task_state == "powering-off"


def test_another_project_locks_nothing(server, member):
    stranger = replace(member, project_id="p2", user_id="u2")

    with pytest.raises(NotFound):
        synnefo_compute.lock_server(stranger, server.id)
    with pytest.raises(NotFound):
        synnefo_compute.unlock_server(stranger, server.id)
