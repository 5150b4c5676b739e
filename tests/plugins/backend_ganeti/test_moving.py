# SPDX-License-Identifier: Apache-2.0
"""Ganeti clusters hand instances to one another, as far as Ganeti can."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from synnefo_backend_ganeti.driver import GanetiBackend
from synnefo_core.config import checked_settings
from synnefo_core.contracts.compute import DiskSpec, InstanceSpec, JobState, RequestRefused
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.moving import Baggage, Lodging
from synnefo_core.contracts.seed import Seed
from synnefo_core.testing.moving import MovableContract
from tests.plugins.backend_ganeti.fake_cluster import FakeCluster
from tests.plugins.backend_ganeti.rapi_server import PASSWORD, USER, serve

SAN = {"shared_disks": "blockdev:san-1"}
DEVICE = "/dev/disk/by-id/lun-1"


@pytest.fixture
def backend(make_backend, cluster):
    cluster.devices.add(DEVICE)
    with closing(make_backend(**SAN)) as backend:
        yield backend


@pytest.fixture
def other(certificate, tmp_path):
    """A second cluster on the same SAN."""
    with serve(certificate) as server:
        server.answer = FakeCluster()
        server.answer.devices.add(DEVICE)
        given = {
            "url": f"https://127.0.0.1:{server.port}",
            "user": USER,
            "password": PASSWORD,
            "certificate_file": str(certificate),
        }
        settings = checked_settings(GanetiBackend, given | SAN)
        with closing(GanetiBackend(DriverSetup("other", settings, tmp_path))) as backend:
            yield backend


class TestOnBlockDevices(MovableContract):
    """Ganeti leaves block devices to themselves, whatever becomes of instances."""

    poll_interval_s = 0.0
    has_own_disks = False

    @pytest.fixture
    def spec(self, backend, other, instance_spec):
        disk = DiskSpec("disk", 1024, {"adopt": DEVICE})
        made = instance_spec(
            is_started=False, tags=("a:1",), disk_template="blockdev", disks=(disk,)
        )
        yield made
        self._remove(other, {made.name})


def ticketed(backend, baggage):
    """Return what goes along, each volume with a ticket."""
    disks = (
        replace(disk, parameters=backend.volumes.disk("", size_mib=0, ticket="T2").parameters)
        if disk.is_volume
        else disk
        for disk in baggage.disks
    )
    return replace(baggage, disks=tuple(disks))


class TestOnVolumes(MovableContract):
    """Which volume a disk is says its ticket."""

    poll_interval_s = 0.0
    has_own_disks = False

    @pytest.fixture
    def spec(self, backend, other, instance_spec):
        made = instance_spec(
            is_started=False, tags=("a:1",), disk_template="ext", disks=volumes(backend)
        )
        yield made
        self._remove(other, {made.name})

    def handed(self, backend, baggage):
        return ticketed(backend, baggage)


def volumes(backend):
    """Return two volumes as disks."""
    return tuple(
        backend.volumes.disk(name, size_mib=64, ticket=f"T1-{name}") for name in ("root", "more")
    )


class TestDiskless(MovableContract):
    """What has no disks goes anywhere."""

    poll_interval_s = 0.0

    @pytest.fixture
    def spec(self, backend, other, instance_spec):
        made = instance_spec(is_started=False, tags=("a:1",), disk_template="diskless", disks=())
        yield made
        self._remove(other, {made.name})


@pytest.fixture
def plain(backend):
    """The name of an instance on a template that Ganeti does not take over."""
    disks = (DiskSpec("disk", 64),)
    backend.lifecycle.create(
        InstanceSpec("snf-1", 1, 128, disk_template="file", disks=disks, is_started=False)
    )
    while not backend.inventory.instances():
        pass
    return "snf-1"


def test_what_ganeti_does_not_take_over_is_refused_with_words(backend, plain):
    told = "Ganeti takes over no disks of the template file"

    assert {plain: Lodging(problem=told)} == backend.movable.lodgings([plain])
    with pytest.raises(RequestRefused, match="template file"):
        backend.movable.baggage(plain)


def test_an_instance_whose_disks_would_go_with_it_is_never_given_up(backend, plain):
    with pytest.raises(RequestRefused):
        backend.movable.give_up(plain)

    assert [plain] == [each.name for each in backend.inventory.instances()]


def test_devices_that_nobody_said_are_shared_are_not(make_backend, cluster):
    cluster.devices.add(DEVICE)
    with closing(make_backend()) as backend:
        disk = DiskSpec("disk", 1024, {"adopt": DEVICE})
        spec = InstanceSpec("snf-1", 1, 128, disk_template="blockdev", disks=(disk,))
        backend.lifecycle.create(spec)
        while not backend.inventory.instances():
            pass

        assert "shared_disks" in backend.movable.lodgings(["snf-1"])["snf-1"].problem


@pytest.fixture
def on_volumes(make_backend, cluster):
    """A cluster with an instance on two volumes, which was told who it is."""
    with closing(make_backend(has_seed_disk="true")) as backend:
        seed = Seed("cidata", {"meta-data": b"x"})
        disks = volumes(backend)
        spec = InstanceSpec(
            "snf-1", 1, 128, disk_template="ext", disks=disks, seed=seed, is_started=False
        )
        backend.lifecycle.create(spec)
        while not backend.inventory.instances():
            pass
        yield backend


def test_volumes_go_by_new_tickets_and_the_seed_stays_beside_the_first(on_volumes, cluster):
    baggage = on_volumes.movable.baggage("snf-1")
    on_volumes.movable.give_up("snf-1")

    job_id = on_volumes.movable.take_in(
        InstanceSpec("snf-1", 1, 128), ticketed(on_volumes, baggage)
    )

    (asked,) = cluster.jobs[int(job_id)]["ops"]
    volume = {"provider": "synnefo", "access": "userspace", "ticket": "T2"}
    assert [
        {**volume, "name": "root", "size": 64},
        {**volume, "name": "more", "size": 64},
        {**volume, "part": "seed", "name": "seed-snf-1", "size": 4},
    ] == asked["disks"]
    assert (True, False) == (asked["no_install"], asked["start"])


def test_a_volume_without_a_ticket_is_not_taken_in(on_volumes):
    with pytest.raises(RequestRefused, match="ticket"):
        on_volumes.movable.take_in(
            InstanceSpec("snf-2", 1, 128), on_volumes.movable.baggage("snf-1")
        )


def test_all_that_serve_volumes_reach_them_unless_the_operator_says_otherwise(
    on_volumes, make_backend
):
    with closing(make_backend(shared_disks="ext:island")) as apart:
        where = on_volumes.movable.lodgings(["snf-1"])["snf-1"]
        there = apart.movable.lodgings(["snf-1"])["snf-1"]

        assert {where.store} == on_volumes.movable.stores()
        assert {there.store} == apart.movable.stores()
        assert where.store != there.store


def test_what_is_taken_in_is_placed_by_us_and_not_installed(backend, cluster):
    cluster.add_node("node2")
    cluster.nodes["node2"]["mfree"] = 24000
    baggage = Baggage(disk_template="diskless")

    job_id = backend.movable.take_in(InstanceSpec("snf-1", 1, 128), baggage)
    while not backend.job_queue.job(job_id).state.is_final:
        pass

    (asked,) = cluster.jobs[int(job_id)]["ops"]
    assert JobState.SUCCESS is backend.job_queue.job(job_id).state
    assert (True, False, "node2") == (asked["no_install"], asked["start"], asked["pnode"])
    assert "iallocator" not in asked
