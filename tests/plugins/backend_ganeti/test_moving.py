# SPDX-License-Identifier: Apache-2.0
"""Ganeti clusters hand instances to one another, as far as Ganeti can."""

from __future__ import annotations

from contextlib import closing

import pytest

from synnefo_backend_ganeti.driver import GanetiBackend
from synnefo_core.config import checked_settings
from synnefo_core.contracts.compute import DiskSpec, InstanceSpec, JobState, RequestRefused
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.moving import Baggage, Lodging
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
