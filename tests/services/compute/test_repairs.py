# SPDX-License-Identifier: Apache-2.0
"""What an operator does in a cluster is written to the rows, and paid for: GNT-040 to GNT-047."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

import synnefo_backends
import synnefo_compute
import synnefo_network
import synnefo_quota
from synnefo_backend_sim import operator
from synnefo_compute import observed, states
from synnefo_compute.models import ServerRow
from synnefo_compute.reconcile import repairs
from synnefo_core.contracts.compute import BackendUnavailable, Nic
from synnefo_core.db.models import SagaRow
from synnefo_core.errors import NotFound
from tests.services.compute.test_servers import RUNNING, STOPPED, held, servers_only

GIB = 2**30


def instance_of(server) -> str:
    return f"snf-{server.id}"


@pytest.fixture
def modify(server, cluster):
    """Return a function that changes the server's instance in the cluster."""
    return lambda **values: operator.modify(
        cluster.cluster, instance_of(server), lambda found: replace(found, **values)
    )


@pytest.fixture
def repair(server, context):
    """Return a function that repairs the server, checks the ledger and returns the kinds."""

    def run(**options):
        kinds = [each.kind for each in repairs.repair(context, server.id, **options)]
        assert synnefo_quota.verify(context) == []
        return kinds

    return run


def shown(member, server):
    return synnefo_compute.show_server(member, server.id)


def test_nothing_is_written_where_nothing_differs(server, member, repair):
    before = shown(member, server)

    assert [] == repair()
    assert before == shown(member, server)


@pytest.mark.parametrize("how", [operator.stop, operator.crash])
def test_a_server_stopped_by_an_operator_is_shown_and_paid_as_stopped(
    server, member, cluster, repair, how
):
    how(cluster.cluster, instance_of(server))

    assert ["power"] == repair()
    assert "stopped" == shown(member, server).vm_state
    assert STOPPED == servers_only(held(member))
    assert [] == repair()


def test_a_server_started_by_an_operator_is_paid_for_beyond_the_limit(
    server, member, context, cluster, repair
):
    operator.stop(cluster.cluster, instance_of(server))
    repair()
    synnefo_quota.set_limit(context, holder="project:p1", resource="cyclades.cpu", limit=0)
    operator.start(cluster.cluster, instance_of(server))

    assert ["power"] == repair()
    assert "active" == shown(member, server).vm_state
    assert RUNNING == servers_only(held(member))


def test_other_processors_and_memory_are_shown_paid_and_booked(
    server, member, context, modify, repair
):
    modify(vcpus=4, ram_mib=3072)

    assert ["size"] == repair()
    after = shown(member, server)
    assert (4, 3072, 5) == (after.vcpus, after.ram_mib, after.disk_gib)
    flavor = synnefo_compute.show_flavor(member, after.flavor_id)
    assert (4, 3072, 5) == (flavor.vcpus, flavor.ram_mib, flavor.disk_gib)
    assert (4, 3 * GIB) == tuple(held(member)[f"cyclades.total_{each}"] for each in ("cpu", "ram"))
    (occupied,) = synnefo_backends.occupied(context)
    assert (4, 3072) == (occupied.occupancy.booked.vcpus, occupied.occupancy.booked.ram_mib)


def test_a_flavor_made_for_a_size_is_on_no_list_and_found_again(
    server, member, context, modify, repair
):
    modify(vcpus=3)
    repair()
    made = shown(member, server).flavor_id
    modify(vcpus=2)
    repair()

    assert "small" == shown(member, server).flavor_id
    assert ["small"] == [flavor.id for flavor in synnefo_compute.list_flavors(context)]
    modify(vcpus=3)
    repair()
    assert made == shown(member, server).flavor_id


def test_a_disk_that_grew_is_paid_for(server, member, cluster, modify, repair):
    (disk,) = cluster.inventory.instance(instance_of(server)).disks
    modify(disks=(replace(disk, size_mib=9 * 1024),))

    assert ["disks"] == repair()
    assert 9 * GIB == held(member)["cyclades.disk"]


def test_disks_that_nobody_knows_are_not_guessed_at(server, member, cluster, modify, repair):
    (disk,) = cluster.inventory.instance(instance_of(server)).disks
    modify(disks=(disk, disk))

    assert [] == repair()
    assert 5 * GIB == held(member)["cyclades.disk"]


def test_a_card_that_is_gone_frees_its_port(server, member, modify, repair):
    modify(nics=())

    assert ["nics"] == repair()
    assert () == shown(member, server).ports
    assert [] == synnefo_network.list_ports(member, synnefo_network.Listing())


def test_a_reset_network_is_looked_at_at_once(server, member, context, modify, settle):
    modify(nics=())

    synnefo_compute.reset_network(context, server.id)
    settle()

    assert () == shown(member, server).ports


def test_a_reset_leaves_cards_alone_while_the_cluster_is_away(
    server, member, context, modify, settle, monkeypatch
):
    def away(*_, **__):
        raise BackendUnavailable("sim")

    modify(nics=())
    before = shown(member, server).ports
    monkeypatch.setattr(repairs, "find", away)

    synnefo_compute.reset_network(context, server.id)
    settle()

    assert before == shown(member, server).ports


def test_nobody_resets_the_network_of_a_server_that_is_gone(server, member, context, settle):
    synnefo_compute.delete_server(member, server.id)
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.reset_network(context, server.id)


def test_a_card_that_nobody_knows_stays_unknown(server, member, cluster, modify, repair):
    nics = cluster.inventory.instance(instance_of(server)).nics
    modify(nics=(*nics, Nic("x", "aa:00:00:00:00:09", None)))

    assert [] == repair()
    assert 1 == len(shown(member, server).ports)


def test_a_move_to_another_node_is_noted(server, member, cluster, repair):
    before = shown(member, server)
    other = next(name for name in ("node1.sim", "node2.sim") if name != before.node)
    operator.move(cluster.cluster, instance_of(server), other)

    assert ["node"] == repair()
    assert other == shown(member, server).node


def test_a_vanished_server_is_in_error_and_stays_charged(server, member, cluster, repair):
    operator.remove(cluster.cluster, instance_of(server))

    assert ["stale"] == repair()
    assert ("error", observed.LOST) == (shown(member, server).vm_state, shown(member, server).fault)
    assert RUNNING == servers_only(held(member))
    assert [] == repair()


def test_a_vanished_server_can_be_deleted(server, member, cluster, repair, settle):
    operator.remove(cluster.cluster, instance_of(server))
    repair()

    synnefo_compute.delete_server(member, server.id)
    settle()

    assert {} == servers_only(held(member))


def test_a_server_that_comes_back_is_shown_again(server, member, context, cluster, repair):
    with context.unit_of_work() as session:
        observed.fail(context, session.get_one(ServerRow, server.id), observed.LOST)

    assert ["power"] == repair()
    assert ("active", "") == (shown(member, server).vm_state, shown(member, server).fault)


def test_a_server_in_error_for_another_reason_is_left_alone(server, member, context, repair):
    with context.unit_of_work() as session:
        observed.fail(context, session.get_one(ServerRow, server.id), "an administrator says so")

    assert [] == repair()
    assert "error" == shown(member, server).vm_state


@pytest.fixture
def abandon(context, server):
    """Return a function that leaves the server in a task that nobody works on."""

    def run(**values):
        with context.unit_of_work() as session:
            session.execute(delete(SagaRow).where(SagaRow.subject_id == server.id))
            if values:
                session.execute(update(ServerRow).where(ServerRow.id == server.id).values(values))

    return run


def test_an_abandoned_stop_ends_as_the_cluster_says(server, member, cluster, abandon, repair):
    abandon(task_state=states.STOPPING)
    operator.stop(cluster.cluster, instance_of(server))

    assert ["tasks"] == repair()
    assert ("stopped", "") == (shown(member, server).vm_state, shown(member, server).task_state)
    assert STOPPED == servers_only(held(member))


def test_the_record_says_that_an_abandoned_action_ended(
    server, member, context, worker, abandon, repair
):
    synnefo_compute.stop_server(member, server.id)
    abandon()

    repair()

    stop = synnefo_compute.list_actions(member, server.id)[0]
    assert ("stop", "Error") == (stop.name, stop.message)
    assert repairs.ABANDONED == stop.events[0].problem


def test_an_abandoned_creation_that_succeeded_is_a_server(server, member, abandon, repair):
    abandon(vm_state=states.BUILDING, task_state=states.SPAWNING, launched_at=0.0)

    assert ["tasks"] == repair()
    assert ("active", True) == (
        shown(member, server).vm_state,
        shown(member, server).launched_at > 0,
    )


def test_an_abandoned_creation_that_made_nothing_is_in_error(
    server, member, cluster, abandon, repair
):
    abandon(vm_state=states.BUILDING, task_state=states.SPAWNING, launched_at=0.0)
    operator.remove(cluster.cluster, instance_of(server))

    assert ["tasks"] == repair()
    assert ("error", repairs.NEVER_MADE) == (
        shown(member, server).vm_state,
        shown(member, server).fault,
    )


@pytest.fixture
def resized(server, member, context, settle):
    """Return the server, resized to 4 processors; nobody has decided yet."""
    synnefo_compute.create_flavor(
        context, flavor_id="large", name="large", vcpus=4, ram_mib=2048, disk_gib=5
    )
    synnefo_compute.resize_server(member, server.id, "large")
    settle()
    return server


def test_a_resized_server_stopped_by_an_operator_is_still_to_be_decided(
    resized, member, cluster, repair, settle
):
    operator.stop(cluster.cluster, instance_of(resized))

    assert ["power"] == repair()
    assert ("resized", 0) == (
        shown(member, resized).vm_state,
        held(member).get("cyclades.cpu", 0),
    )
    synnefo_compute.revert_resize(member, resized.id)
    settle()
    assert ("stopped", 2) == (shown(member, resized).vm_state, shown(member, resized).vcpus)


def test_an_abandoned_reversal_ends_as_the_cluster_says(resized, member, abandon, repair):
    abandon(task_state=states.REVERTING)

    assert ["tasks"] == repair()
    assert [] == repair()
    after = shown(member, resized)
    assert ("active", 4, "large") == (after.vm_state, after.vcpus, after.flavor_id)
    assert 4 == held(member)["cyclades.total_cpu"]


def test_an_abandoned_resize_ends_as_the_cluster_says(
    server, member, context, modify, abandon, repair
):
    synnefo_compute.create_flavor(
        context, flavor_id="large", name="large", vcpus=4, ram_mib=2048, disk_gib=5
    )
    synnefo_compute.resize_server(member, server.id, "large")
    abandon()
    modify(vcpus=4, ram_mib=2048)

    assert ["tasks"] == repair()
    assert ["size"] == repair()
    after = shown(member, server)
    assert ("active", "large", 4) == (after.vm_state, after.flavor_id, after.vcpus)
    assert 4 == held(member)["cyclades.total_cpu"]


def test_a_resized_server_that_vanished_and_came_back_is_still_to_be_decided(
    resized, member, context, repair
):
    with context.unit_of_work() as session:
        observed.fail(context, session.get_one(ServerRow, resized.id), observed.LOST)

    assert ["power"] == repair()
    assert "resized" == shown(member, resized).vm_state


def test_an_abandoned_deletion_goes_on(server, member, cluster, abandon, repair, settle):
    abandon(task_state=states.DELETING)

    assert ["tasks"] == repair()
    settle()
    assert {} == servers_only(held(member))
    assert [] == cluster.inventory.instances()


def test_a_server_in_a_sagas_hands_is_left_to_it(server, member, cluster, repair, settle):
    synnefo_compute.stop_server(member, server.id)
    operator.stop(cluster.cluster, instance_of(server))

    assert [] == repair()
    assert "powering-off" == shown(member, server).task_state


def test_only_the_kinds_that_were_asked_for_are_repaired(server, cluster, modify, repair):
    modify(vcpus=4)
    operator.stop(cluster.cluster, instance_of(server))

    assert ["size"] == repair(kinds={"size"})
    assert ["power"] == repair()


def test_a_row_that_changes_while_the_cluster_is_asked_is_left_for_later(
    server, member, cluster, repair, monkeypatch
):
    find = repairs.find

    def found_late(context, before):
        instance = find(context, before)
        synnefo_compute.stop_server(member, server.id)
        return instance

    operator.stop(cluster.cluster, instance_of(server))
    monkeypatch.setattr(repairs, "find", found_late)

    assert [] == repair()
    assert "powering-off" == shown(member, server).task_state


def test_a_cluster_that_does_not_answer_repairs_nothing(server, member, cluster, context):
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    with pytest.raises(BackendUnavailable):
        repairs.repair(context, server.id)
    assert "active" == shown(member, server).vm_state


def test_a_server_that_is_gone_is_no_error(context, cluster):
    assert [] == repairs.repair(context, "nothing")
