# SPDX-License-Identifier: Apache-2.0
"""Volumes of servers, when the cluster, or who keeps volumes, says something else."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import delete

import synnefo_compute
import synnefo_volume
from synnefo_backend_sim import faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute import VolumeWish, names
from synnefo_compute.reconcile import repairs
from synnefo_core.contracts.compute import DiskSpec
from synnefo_core.db.models import SagaRow


@pytest.fixture
def attached(member, server, volume, settle):
    """Return the attachment of the member's volume to the server."""
    synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
    settle()
    return synnefo_compute.show_volume(member, server.id, volume.id)


def instance(server):
    return f"snf-{server.id}"


def disks(cluster, server):
    """Return the sizes of the disks of a server's instance behind its own."""
    return [disk.size_mib for disk in cluster.inventory.instance(instance(server)).disks[1:]]


def standing(member, server, volume):
    """Return what is known of a volume and its server."""
    volumes = synnefo_compute.list_volumes(member, server.id)
    return synnefo_volume.show_volume(member, volume.id).status, len(volumes)


def repaired(context, server):
    return [each.kind for each in repairs.repair(context, server.id)]


@pytest.mark.parametrize("is_forced", [False, True])
def test_a_volume_that_its_own_room_takes_away_leaves_the_cluster(
    server, member, volume, attached, settle, cluster, is_forced
):
    during = disks(cluster, server)
    synnefo_volume.detach_volume(member, volume.id, is_forced=is_forced)
    settle()

    assert [1024] == during
    assert attached.volume_id == volume.id
    assert (("available", 0), []) == (standing(member, server, volume), disks(cluster, server))


def test_a_disk_that_the_cluster_lost_is_no_volume_of_the_server(
    context, server, member, volume, attached, settle, cluster
):
    cluster.volumes.detach(instance(server), names.of_attachment(attached.attachment_id))
    settle()

    assert ["volumes"] == repaired(context, server)
    assert ("available", 0) == standing(member, server, volume)
    assert [] == repaired(context, server)


def test_a_disk_that_is_nobodys_is_taken_away(context, server, settle, cluster):
    disk = DiskSpec(names.of_attachment(str(uuid.uuid4())), 1024)
    cluster.volumes.attach(instance(server), disk)
    settle()
    during = disks(cluster, server)

    assert ["volumes"] == repaired(context, server)
    settle()
    assert ([1024], []) == (during, disks(cluster, server))
    assert "" == synnefo_compute.show_server(context, server.id).task_state


def test_what_nobody_works_on_is_begun_again(context, server, member, volume, settle, cluster):
    synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
    with context.unit_of_work() as session:
        session.execute(delete(SagaRow).where(SagaRow.subject_id == server.id))

    assert ["tasks"] == repaired(context, server)
    assert ["volumes"] == repaired(context, server)
    settle()
    assert (("in-use", 1), [1024]) == (standing(member, server, volume), disks(cluster, server))


def test_what_has_arrived_meanwhile_is_in_use(context, server, member, volume, settle, cluster):
    wanted = synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
    with context.unit_of_work() as session:
        session.execute(delete(SagaRow).where(SagaRow.subject_id == server.id))
    disk = DiskSpec(names.of_attachment(wanted.attachment_id), 1024)
    cluster.volumes.attach(instance(server), disk)
    settle()

    assert ["tasks"] == repaired(context, server)
    assert ["volumes"] == repaired(context, server)
    assert (("in-use", 1), [1024]) == (standing(member, server, volume), disks(cluster, server))
    assert [] == repaired(context, server)


@pytest.mark.usefixtures("attached")
def test_the_cluster_is_told_that_a_volume_has_grown(
    context, server, member, volume, settle, cluster
):
    synnefo_volume.extend_volume(member, volume.id, 2)
    settle()

    assert [2048] == disks(cluster, server)
    assert [] == repaired(context, server)


@pytest.mark.usefixtures("attached")
def test_a_cluster_that_did_not_heed_it_is_told_again(
    context, server, member, volume, settle, cluster
):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "tell_size"))
    synnefo_volume.extend_volume(member, volume.id, 2)
    settle()
    during = disks(cluster, server)

    assert ["volumes"] == repaired(context, server)
    settle()
    assert ([1024], [2048]) == (during, disks(cluster, server))
