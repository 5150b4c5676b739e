# SPDX-License-Identifier: Apache-2.0
"""Servers that start from volumes, or are given some when they are made."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_compute
import synnefo_quota
import synnefo_volume
from synnefo_backend_sim import faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_blocks import volumes
from synnefo_compute import DiskWish, ServerSpec
from synnefo_compute.sagas import create_server
from synnefo_core.errors import Invalid, InvalidField, NotFound
from synnefo_core.testing.sagas import SagaContract, Trial
from tests.services.compute.disks import add_thin_flavor


@pytest.fixture
def thin(context, cluster, network):
    """Add a flavor whose disks are volumes, and the default type."""
    add_thin_flavor(context)
    admin = replace(context, roles=frozenset({"admin"}))
    synnefo_volume.create_type(admin, name="standard")


@pytest.fixture
def volume(thin, again, settle):
    """Return a function that makes a volume."""

    def made(*, is_bootable=True):
        new = synnefo_volume.create_volume(again(), synnefo_volume.VolumeSpec(size_gib=1))
        settle()
        synnefo_volume.set_bootable(again(), new.id, is_bootable=is_bootable)
        return new.id

    return made


@pytest.fixture
def submit_with(thin, again):
    """Return a function that asks for a server with volumes."""

    def submitted(*disks, flavor="thin"):
        spec = ServerSpec("web", flavor, disks=disks)
        return synnefo_compute.create_server(again(), spec)

    return submitted


def status(context, volume_id):
    try:
        return synnefo_volume.show_volume(context, volume_id).status
    except NotFound:
        return "gone"


def listed(cluster, server_id):
    return [each.size_mib for each in cluster.inventory.instance(f"snf-{server_id}").disks]


def is_even(context):
    """Say whether the ledger agrees with the rows."""
    return [] == list(synnefo_quota.verify(context))


def is_there(context, server_id):
    server = synnefo_compute.show_server(context, server_id)
    return ("active", "") == (server.vm_state, server.task_state)


def all_volumes(context):
    found = synnefo_volume.list_volumes(context, limit=99)
    return {each.size_gib: each.status for each in found}


def test_a_server_starts_from_a_volume(volume, submit_with, settle, again, cluster):
    root = volume()

    made = submit_with(DiskWish("volume", root, is_root=True), flavor="small")
    reserved = status(again(), root)
    settle()

    attachment = synnefo_volume.show_volume(again(), root).attachments[0]
    assert is_there(again(), made.id)
    assert ("reserved", "in-use") == (reserved, status(again(), root))
    assert (made.id, "/dev/vda") == (attachment.instance_id, attachment.mountpoint)
    assert [1024] == listed(cluster, made.id)
    assert 0 == synnefo_compute.show_server(again(), made.id).disk_gib
    assert is_even(again())


def test_volumes_are_made_for_a_server(submit_with, settle, again, cluster, cloud):
    wishes = DiskWish("blank", size_gib=2), DiskWish("blank", size_gib=3, is_root=True)

    made = submit_with(*wishes)
    settle()

    assert is_there(again(), made.id)
    assert {2: "in-use", 3: "in-use"} == all_volumes(again())
    assert [3 * 1024, 2 * 1024] == listed(cluster, made.id)
    assert 2 == len(list(volumes.names(cloud.store())))
    assert is_even(again())


def test_a_disk_of_its_own_comes_before_volumes(submit_with, settle, again, cluster):
    made = submit_with(DiskWish("blank", size_gib=2))
    settle()

    assert [5 * 1024, 2 * 1024] == listed(cluster, made.id)


def test_a_volume_is_made_of_a_snapshot(volume, submit_with, settle, again):
    snapshot = synnefo_volume.create_snapshot(again(), synnefo_volume.SnapshotSpec(volume()))
    settle()

    made = submit_with(DiskWish("snapshot", snapshot.id, is_root=True))
    settle()

    assert is_there(again(), made.id)
    assert {"available", "in-use"} == {
        each.status for each in synnefo_volume.list_volumes(again(), limit=9)
    }


def test_deleted_servers_leave_what_is_to_stay(volume, submit_with, settle, again):
    root = volume()
    made = submit_with(
        DiskWish("volume", root, is_root=True),
        DiskWish("blank", size_gib=2, deletes_on_termination=True),
    )
    settle()

    synnefo_compute.delete_server(again(), made.id)
    settle()

    assert {1: "available"} == all_volumes(again())
    assert is_even(again())


def test_a_server_that_is_not_made_leaves_volumes_as_they_were(
    volume, submit_with, settle, again, cluster
):
    root = volume()
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "create", message="no"))

    made = submit_with(DiskWish("volume", root, is_root=True), DiskWish("blank", size_gib=2))
    settle()

    assert "error" == synnefo_compute.show_server(again(), made.id).vm_state
    assert {1: "available"} == all_volumes(again())
    assert is_even(again())


def test_one_volume_has_one_server(volume, submit_with, again):
    wish = DiskWish("volume", volume(), is_root=True)
    submit_with(wish)

    with pytest.raises(InvalidField, match="reserved"):
        submit_with(wish)

    spec = ServerSpec("web", "thin", disks=(wish,))
    with pytest.raises(Invalid, match="one volume"):
        synnefo_compute.create_servers(again(), spec, least=2, most=2)
    assert is_even(again())


@pytest.mark.parametrize(
    "disks, flavor, problem",
    [
        ((DiskWish("blank", size_gib=1, is_root=True),) * 2, "thin", "one disk"),
        ((DiskWish("blank", size_gib=1, device="vdc"),) * 2, "thin", "device name"),
        ((DiskWish("blank", size_gib=1),), "small", "disk template ext"),
        ((DiskWish("volume", "nowhere"),), "thin", "could not be found"),
        ((DiskWish("blank", size_gib=1),) * 15, "thin", "no more than 14"),
    ],
)
def test_wishes_that_cannot_be_are_refused(submit_with, again, disks, flavor, problem):
    with pytest.raises(InvalidField, match=problem):
        submit_with(*disks, flavor=flavor)

    assert {} == all_volumes(again())
    assert is_even(again())


def test_nothing_starts_from_what_is_not_bootable(volume, submit_with):
    with pytest.raises(InvalidField, match="not bootable"):
        submit_with(DiskWish("volume", volume(is_bootable=False), is_root=True))


def test_what_starts_from_a_volume_is_not_rebuilt(volume, submit_with, settle, again):
    made = submit_with(DiskWish("volume", volume(), is_root=True))
    settle()

    with pytest.raises(InvalidField, match="starts from a volume"):
        synnefo_compute.rebuild_server(again(), made.id, image_id="")


def test_what_starts_from_a_volume_gets_another_flavor(context, volume, submit_with, settle, again):
    add_thin_flavor(context, "more", vcpus=2, ram_mib=768, disk_gib=9)
    made = submit_with(DiskWish("volume", volume(), is_root=True))
    settle()

    synnefo_compute.resize_server(again(), made.id, "more")
    settle()
    synnefo_compute.confirm_resize(again(), made.id)
    settle()

    server = synnefo_compute.show_server(again(), made.id)
    assert ("active", "more", 0) == (server.vm_state, server.flavor_id, server.disk_gib)
    assert is_even(again())


def test_an_image_is_made_of_the_volume_a_server_starts_from(volume, submit_with, settle, again):
    root = volume()
    made = submit_with(DiskWish("volume", root, is_root=True))
    settle()

    synnefo_compute.create_image(again(), made.id, name="one", metadata={})
    settle()

    assert is_there(again(), made.id)
    assert "in-use" == status(again(), root)


class TestMakingOne(SagaContract):
    saga = create_server.SAGA

    @pytest.fixture
    def trial(self, cloud, again, volume, submit_with):
        root = volume()
        wishes = DiskWish("volume", root, is_root=True), DiskWish("blank", size_gib=2)

        def is_made(server_id):
            both = {1: "in-use", 2: "in-use"} == all_volumes(again())
            return is_there(again(), server_id) and both and is_even(again())

        def is_clean(_server_id):
            return {1: "available"} == all_volumes(again()) and is_even(again())

        return Trial(
            cloud,
            begin=lambda: submit_with(*wishes).id,
            is_made=is_made,
            is_clean=is_clean,
            cancel=lambda server_id: synnefo_compute.delete_server(again(), server_id),
        )
