# SPDX-License-Identifier: Apache-2.0
"""Servers that move to another node of their cluster, live or not."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_core.errors import InvalidState, NotFound, Unbuilt


def node(cluster, server) -> str:
    """Return where the instance of a server is."""
    return cluster.inventory.instance(f"snf-{server.id}").node


def test_a_server_goes_on_running_elsewhere(server, member, context, settle, cluster):
    before = node(cluster, server)
    synnefo_compute.migrate_server(context, server.id)
    during = synnefo_compute.show_server(member, server.id)
    settle()

    after = synnefo_compute.show_server(member, server.id)
    assert ("active", "migrating", before) == (during.vm_state, during.task_state, during.node)
    assert ("active", "", node(cluster, server)) == (after.vm_state, after.task_state, after.node)
    assert before != after.node


def test_it_goes_where_it_is_told(server, member, context, settle, cluster):
    (elsewhere,) = {"node1.sim", "node2.sim"} - {node(cluster, server)}

    synnefo_compute.migrate_server(context, server.id, node=elsewhere)
    settle()

    assert elsewhere == synnefo_compute.show_server(member, server.id).node


@pytest.mark.parametrize("nowhere", ["", "node9.sim"])
def test_a_move_that_fails_leaves_it_where_it_is(server, member, context, settle, cluster, nowhere):
    before = node(cluster, server)
    if not nowhere:
        faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "migrate"))
    synnefo_compute.migrate_server(context, server.id, node=nowhere)
    settle()

    after = synnefo_compute.show_server(member, server.id)
    action = synnefo_compute.show_action(member, server.id, context.request_id)
    assert ("active", "", before) == (after.vm_state, after.task_state, after.node)
    assert ("live-migration", "Error") == (action.name, action.message)


def test_a_stopped_server_is_not_moved(server, member, context, settle):
    synnefo_compute.stop_server(member, server.id)
    settle()

    with pytest.raises(InvalidState):
        synnefo_compute.migrate_server(context, server.id)


def test_a_cluster_that_moves_nothing_is_not_asked_to(server, context, cluster, monkeypatch):
    monkeypatch.setattr(cluster, "migration", None)

    with pytest.raises(Unbuilt):
        synnefo_compute.migrate_server(context, server.id)


def test_a_server_that_is_moving_can_be_deleted(server, member, context, settle, cluster):
    synnefo_compute.migrate_server(context, server.id)
    synnefo_compute.delete_server(member, server.id)
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.show_server(member, server.id)
    assert [] == cluster.inventory.instances()


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_server_moves_without_being_up_and_is_then_as_it_was(
    server, member, context, settle, cluster, is_stopped
):
    if is_stopped:
        synnefo_compute.stop_server(member, server.id)
        settle()
    before = synnefo_compute.show_server(member, server.id)
    synnefo_compute.migrate_server(context, server.id, is_live=False)
    settle()

    after = synnefo_compute.show_server(member, server.id)
    assert (before.vm_state, before.is_running, "") == (
        after.vm_state,
        after.is_running,
        after.task_state,
    )
    assert before.node != after.node == node(cluster, server)
    assert "migrate" == synnefo_compute.list_actions(member, server.id)[0].name
    assert [] == synnefo_quota.verify(context)


def test_a_stopped_server_that_could_not_be_moved_is_still_stopped(
    server, member, context, settle, cluster
):
    synnefo_compute.stop_server(member, server.id)
    settle()
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "failover"))
    synnefo_compute.migrate_server(context, server.id, is_live=False)
    settle()

    after = synnefo_compute.show_server(member, server.id)
    assert ("stopped", False) == (after.vm_state, after.is_running)
    assert [] == synnefo_quota.verify(context)
