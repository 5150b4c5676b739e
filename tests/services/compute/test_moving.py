# SPDX-License-Identifier: Apache-2.0
"""Servers that move to another cluster with all that is theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_quota
import synnefo_volume
from synnefo_backend_sim import faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute import ServerSpec, VolumeWish, events
from synnefo_compute.models import ServerRow
from synnefo_compute.reconcile import repairs, rounds
from synnefo_compute.sagas import move_server
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.compute import DiskSpec, InstanceSpec
from synnefo_core.db.models import SagaRow
from synnefo_core.errors import Conflict, InvalidField, InvalidState, NotFound, Unavailable, Unbuilt
from synnefo_core.sagas import Run
from synnefo_core.testing.sagas import SagaContract, Trial

LIVE = SagaRow.state == "running"


@pytest.fixture
def other(server, add):
    """Add a second cluster once the server is in the first one."""
    return add("south")


def found(cluster):
    """Return the instances of a cluster."""
    return cluster.inventory.instances()


def booked(context):
    """Return how many bookings each cluster has."""
    occupied = synnefo_backends.occupied(context)
    return {each.backend.name: each.occupancy.booked.servers for each in occupied}


def test_a_server_is_elsewhere_with_all_that_is_its_own(
    server, member, context, settle, cluster, other
):
    synnefo_compute.add_tag(member, server.id, "blue")
    before, here = synnefo_compute.show_server(member, server.id), found(cluster)[0]
    operator.write(cluster.cluster, f"disk-{server.id}", b"data")
    held = synnefo_quota.holdings(context, member.project_id)

    synnefo_compute.move_server(context, server.id, "south")
    settle()

    after, there = synnefo_compute.show_server(member, server.id), found(other)[0]
    assert [] == found(cluster)
    assert ("active", "", there.node) == (after.vm_state, after.task_state, after.node)
    assert replace(here, node="", created_at=0.0) == replace(there, node="", created_at=0.0)
    assert (before.ports, before.tags, before.metadata) == (
        after.ports,
        after.tags,
        after.metadata,
    )
    assert b"data" == operator.read(other.cluster, f"disk-{server.id}")
    assert held == synnefo_quota.holdings(context, member.project_id)
    assert [] == synnefo_quota.verify(context)


def test_room_is_booked_in_both_clusters_while_it_goes_on(server, member, context, settle, other):
    synnefo_compute.move_server(context, server.id, "south")
    during = synnefo_compute.show_server(member, server.id)

    assert ("migrating", {"sim": 1, "south": 1}) == (during.task_state, booked(context))

    settle()

    assert {"sim": 0, "south": 1} == booked(context)


def test_a_stopped_server_is_still_stopped_elsewhere(
    server, member, context, settle, cluster, other
):
    synnefo_compute.stop_server(member, server.id)
    settle()
    synnefo_compute.move_server(context, server.id, "south", may_stop=False)
    settle()

    after = synnefo_compute.show_server(member, server.id)
    assert ("stopped", False, 1) == (after.vm_state, after.is_running, len(found(other)))
    synnefo_compute.start_server(member, server.id)
    settle()
    assert "active" == synnefo_compute.show_server(member, server.id).vm_state


def test_its_volumes_go_along(server, member, context, volume, settle, other):
    synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
    settle()
    synnefo_compute.move_server(context, server.id, "south")
    settle()

    assert 2 == len(found(other)[0].disks)
    assert [] == repairs.repair(context, server.id)
    assert "in-use" == synnefo_volume.show_volume(member, volume.id).status
    synnefo_compute.detach_volume(member, server.id, volume.id)
    settle()
    assert 1 == len(found(other)[0].disks)


def test_a_server_with_volumes_stays_where_there_are_some(
    server, member, context, volume, settle, other, monkeypatch
):
    synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
    settle()
    monkeypatch.setattr(other, "volumes", None)

    with pytest.raises(Conflict, match="south gives its servers none"):
        synnefo_compute.move_server(context, server.id, "south")


def test_its_steps_are_told(server, member, context, settle, other):
    synnefo_compute.move_server(context, server.id, "south")
    settle()

    action = synnefo_compute.list_actions(member, server.id)[0]
    assert ("migrate", "") == (action.name, action.message)
    steps = [event.name.split("move_server_")[1] for event in action.events[1:]]
    assert ["look", "networks", "halt", "take_in", "cross", "give_up", "resume"] == steps


def test_one_that_runs_is_not_stopped_unless_it_may_be(server, context, other):
    with pytest.raises(Conflict, match="runs"):
        synnefo_compute.move_server(context, server.id, "south", may_stop=False)


def test_where_it_is_it_does_not_move_to(server, context, other):
    with pytest.raises(InvalidField):
        synnefo_compute.move_server(context, server.id, "sim")


def test_a_cluster_that_is_not_there_is_told(server, context):
    with pytest.raises(NotFound):
        synnefo_compute.move_server(context, server.id, "nowhere")


def test_disks_that_are_out_of_reach_stay(server, context, add, tmp_path):
    add("far", store=str(tmp_path / "far"))

    with pytest.raises(Conflict, match="out of the other cluster's reach"):
        synnefo_compute.move_server(context, server.id, "far")


def test_a_cluster_that_is_drained_or_full_takes_nothing(server, context, other, add):
    synnefo_backends.modify(context, "south", is_drained=True)
    add("tiny", ram_mib="16")

    with pytest.raises(Unavailable, match="drained"):
        synnefo_compute.move_server(context, server.id, "south")
    with pytest.raises(Unavailable, match="MiB of memory left"):
        synnefo_compute.move_server(context, server.id, "tiny")


def test_a_cluster_that_hands_over_nothing_is_not_asked_to(server, context, other, monkeypatch):
    monkeypatch.setattr(other, "movable", None)

    with pytest.raises(Unbuilt):
        synnefo_compute.move_server(context, server.id, "south")


def test_a_cluster_that_is_away_is_told(server, context, other):
    operator.set_unreachable(other.cluster, is_unreachable=True)

    with pytest.raises(Unavailable):
        synnefo_compute.move_server(context, server.id, "south")


def test_a_server_in_error_does_not_move(server, context, other):
    synnefo_compute.reset_state(context, server.id, "error")

    with pytest.raises(InvalidState):
        synnefo_compute.move_server(context, server.id, "south")


@pytest.mark.parametrize("operation", ["take_in", "start"])
def test_what_the_target_refuses_leaves_the_server_where_it_was(
    server, member, context, settle, cluster, other, operation
):
    before = found(cluster)[0]
    faults.inject(other.cluster, Fault(FaultKind.ERROR, operation, message="not here"))
    synnefo_compute.move_server(context, server.id, "south")
    settle()

    after = synnefo_compute.show_server(member, server.id)
    here = found(cluster)[0]
    assert ("active", "", "not here") == (after.vm_state, after.task_state, after.fault)
    assert (before.disks, before.nics, before.tags) == (here.disks, here.nics, here.tags)
    assert ([], after.node) == (found(other), here.node)
    assert {"sim": 1, "south": 0} == booked(context)
    assert [] == synnefo_quota.verify(context)


def test_where_the_way_back_is_cut_off_it_stays_there(
    server, member, context, settle, cluster, other
):
    faults.inject(other.cluster, Fault(FaultKind.ERROR, "start", message="not here"))
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "take_in", count=9))
    synnefo_compute.move_server(context, server.id, "south")
    settle()

    after = synnefo_compute.show_server(member, server.id)
    assert ("stopped", "", "not here") == (after.vm_state, after.task_state, after.fault)
    assert ([], 1) == (found(cluster), len(found(other)))
    assert {"sim": 0, "south": 1} == booked(context)
    synnefo_compute.start_server(member, server.id)
    settle()
    assert "active" == synnefo_compute.show_server(member, server.id).vm_state


def test_a_server_that_is_moving_can_be_deleted(server, member, context, settle, cluster, other):
    synnefo_compute.move_server(context, server.id, "south")
    synnefo_compute.delete_server(member, server.id)
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.show_server(member, server.id)
    assert ([], []) == (found(cluster), found(other))
    assert {"sim": 0, "south": 0} == booked(context)


def test_servers_that_are_apart_stay_apart(member, context, settle, cluster, add):
    group = synnefo_compute.create_server_group(member, name="g", policy="anti-affinity")
    south = add("south", nodes="1")
    spec = ServerSpec("web", "small", nics=[], group_id=group.id)
    servers = [synnefo_compute.create_server(member, spec) for _ in range(2)]
    settle()
    (here,) = [each for each in servers if f"snf-{each.id}" in [i.name for i in found(cluster)]]

    with pytest.raises(Unavailable, match="servers of the group"):
        synnefo_compute.move_server(context, here.id, "south")

    assert 1 == len(found(south))


def test_rounds_leave_a_server_between_two_clusters_alone(
    server, member, context, settle, cluster, other, worker, monkeypatch
):
    seen = []

    def look_at_all(run):
        seen.extend(rounds.look(context, each) for each in synnefo_backends.listing(context))
        return original(run)

    original = move_server.handing.given_up
    monkeypatch.setattr(move_server.handing, "given_up", look_at_all)
    synnefo_compute.move_server(context, server.id, "south")
    settle()

    assert seen
    assert {0} == set(seen)
    assert "active" == synnefo_compute.show_server(member, server.id).vm_state
    assert (0, 1) == (len(found(cluster)), len(found(other)))


def test_a_migration_to_another_cluster_is_a_move(server, member, context, settle, other):
    synnefo_compute.migrate_server(context, server.id, node="south", is_live=False)
    settle()

    assert [f"snf-{server.id}"] == [each.name for each in found(other)]
    with pytest.raises(InvalidField, match="live"):
        synnefo_compute.migrate_server(context, server.id, node="sim")


def test_a_notice_of_the_cluster_that_it_left_changes_nothing(
    server, member, context, settle, cluster, other
):
    events.hear_jobs(context, [notice(server, "sim", job="8", at=context.now())])
    synnefo_compute.move_server(context, server.id, "south")
    settle()
    before = synnefo_compute.show_server(member, server.id)

    events.hear_jobs(context, [notice(server, "sim", job="9", at=context.now() + 1)])

    assert before == synnefo_compute.show_server(member, server.id)
    with context.reading() as session:
        assert 0.0 == session.get_one(ServerRow, server.id).noticed_at  # by another clock


def notice(server, sender, *, job, at, operation="give_up"):
    """Return what a cluster says of a job that ended well."""
    about = {"job": job, "instance": f"snf-{server.id}", "operation": operation}
    return Message(events.JOB, {**about, "state": "success", "at": at}, sender)


def test_a_worker_that_was_taken_for_dead_does_not_say_where_a_server_is(
    server, member, context, settle, cluster, other
):
    faults.inject(other.cluster, Fault(FaultKind.ERROR, "start"))
    synnefo_compute.move_server(context, server.id, "south")
    settle()
    with context.reading() as session:
        saga = session.query(SagaRow).where(SagaRow.kind == move_server.SAGA.name).one()
        late = Run(context, saga.id, server.id, dict(saga.data))

    move_server.cross(late)

    here = synnefo_backends.find(context, "sim").id
    assert here == synnefo_compute.show_server(member, server.id).backend_id


@pytest.mark.parametrize("sender", ["sim", "south"])
def test_the_notices_of_both_clusters_wake_a_move(server, context, other, worker, sender):
    busy = {"sim": "stop", "south": "take_in"}[sender]
    driver = synnefo_backends.call(
        context, synnefo_backends.id_of(context, sender), lambda driver: driver
    )
    faults.inject(driver.cluster, Fault(FaultKind.SLOW, busy, slower_s=3600.0))
    synnefo_compute.move_server(context, server.id, "south")
    worker.drain()
    job_id = waiting(context, later_s=3600.0)

    said = notice(server, sender, job=job_id, at=context.now(), operation=busy)
    events.hear_jobs(context, [said])

    with context.reading() as session:
        assert session.query(SagaRow.due_at).where(LIVE).scalar() <= context.now()


def waiting(context, *, later_s):
    """Let the saga that is under way wait longer; return the job that it waits for."""
    with context.unit_of_work() as session:
        saga = session.query(SagaRow).where(LIVE).one()
        saga.due_at += later_s
        return saga.data["job_id"]


def test_a_second_instance_is_told_and_given_up_only_by_hand(
    server, member, context, settle, cluster, other, reconcile
):
    before = found(cluster)[0]
    synnefo_compute.move_server(context, server.id, "south")
    settle()
    disks = tuple(DiskSpec(disk.name, disk.size_mib) for disk in before.disks)
    left = InstanceSpec(
        before.name, vcpus=2, ram_mib=1024, disks=disks, tags=before.tags, is_started=False
    )
    operator.write(cluster.cluster, before.disks[0].name, b"data")
    operator.add(cluster.cluster, left)

    assert [("doubles", server.id)] == reconcile(expect=1)
    assert 1 == len(found(cluster))
    assert [("doubles", server.id)] == reconcile("--fix", "doubles")

    assert ([], 1) == (found(cluster), len(found(other)))
    assert b"data" == operator.read(other.cluster, before.disks[0].name)
    assert "active" == synnefo_compute.show_server(member, server.id).vm_state


class TestMove(SagaContract):
    saga = move_server.SAGA

    @pytest.fixture
    def trial(self, cloud, server, member, context, cluster, other):
        def begin():
            synnefo_compute.move_server(context, server.id, "south")
            return server.id

        def is_at(clusters, booking):
            after = synnefo_compute.show_server(member, server.id)
            names = [[each.name for each in found(one)] for one in clusters]
            power = [each.power.value for each in found(clusters[0])]
            return (
                [[f"snf-{server.id}"], []] == names
                and (["running"], "active", "") == (power, after.vm_state, after.task_state)
                and synnefo_backends.find(context, after.backend_id).name == booking
                and {"sim": 0, "south": 0} | {booking: 1} == booked(context)
                and not synnefo_quota.verify(context)
            )

        return Trial(
            cloud,
            begin,
            is_made=lambda _: is_at([other, cluster], "south"),
            is_clean=lambda _: is_at([cluster, other], "sim"),
            patience_s=20.0,
        )
