# SPDX-License-Identifier: Apache-2.0
"""The record of what was asked of servers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

import synnefo_compute
from synnefo_backend_sim import faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute.models import ActionRow
from synnefo_core.errors import InvalidState, NotFound


def names(context, server_id: str) -> list[str]:
    """Return what was asked, newest first."""
    return [action.name for action in synnefo_compute.list_actions(context, server_id)]


def test_what_was_asked_is_listed_newest_first(server, again, settle):
    synnefo_compute.stop_server(again(), server.id)
    settle()
    synnefo_compute.start_server(again(), server.id)
    synnefo_compute.lock_server(again(), server.id)
    synnefo_compute.unlock_server(again(), server.id)

    assert ["unlock", "lock", "start", "stop", "create"] == names(again(), server.id)


def test_an_action_tells_who_asked(server, member):
    action = synnefo_compute.show_action(member, server.id, member.request_id)

    told = action.name, action.server_id, action.user_id, action.project_id, action.message
    assert ("create", server.id, member.user_id, member.project_id, "") == told


def test_what_is_refused_is_not_recorded(server, again):
    with pytest.raises(InvalidState):
        synnefo_compute.start_server(again(), server.id)

    assert ["create"] == names(again(), server.id)


def test_an_accepted_action_goes_on_until_the_worker_has_ended_it(submit, member, settle):
    server = submit()
    early = synnefo_compute.show_action(member, server.id, member.request_id)
    settle()
    late = synnefo_compute.show_action(member, server.id, member.request_id)

    assert [("compute_create", 0.0, "")] == [(e.name, e.ended_at, e.result) for e in early.events]
    assert [
        "compute_create",
        "compute_create_server_submit",
        "compute_create_server_follow",
        "compute_create_server_confirm",
    ] == [event.name for event in late.events]
    assert {"Success"} == {event.result for event in late.events}
    assert all(event.started_at <= event.ended_at for event in late.events)


def test_a_failed_action_says_so_and_why(server, again, settle, cluster):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "stop", message="out of order"))
    context = again()
    synnefo_compute.stop_server(context, server.id)
    settle()

    action = synnefo_compute.show_action(context, server.id, context.request_id)
    assert "Error" == action.message
    assert ("Error", "out of order") == (action.events[0].result, action.events[0].problem)


def test_the_record_of_a_deleted_server_is_kept_and_ended_but_not_shown(
    server, again, settle, recorded
):
    synnefo_compute.stop_server(again(), server.id)
    synnefo_compute.delete_server(again(), server.id)
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.list_actions(again(), server.id)
    assert [("create", "Success"), ("stop", "Error"), ("delete", "Success")] == recorded(server.id)


def test_a_creation_that_is_given_up_has_failed(submit, again, settle, recorded):
    server = submit()
    synnefo_compute.delete_server(again(), server.id)
    settle()

    assert [("create", "Error"), ("delete", "Success")] == recorded(server.id)


@pytest.fixture
def recorded(context):
    """Return a function that reads what was asked of a server, whether it is there or not."""

    def read(server_id: str) -> list[tuple[str, str]]:
        query = select(ActionRow).where(ActionRow.server_id == server_id)
        with context.reading() as session:
            rows = session.scalars(query.order_by(ActionRow.started_at)).all()
            return [(row.name, row.events[0].get("result", "")) for row in rows]

    return read


def test_another_project_is_told_that_there_is_no_server(server, member):
    stranger = replace(member, project_id="p2")

    with pytest.raises(NotFound, match="server"):
        synnefo_compute.list_actions(stranger, server.id)
    with pytest.raises(NotFound, match="server"):
        synnefo_compute.show_action(stranger, server.id, member.request_id)


def test_an_unknown_request_has_asked_nothing(server, member):
    with pytest.raises(NotFound, match="action"):
        synnefo_compute.show_action(member, server.id, "req-unknown")
