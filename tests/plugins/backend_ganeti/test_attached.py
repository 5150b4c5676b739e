# SPDX-License-Identifier: Apache-2.0
"""Volumes as Ganeti is told of them."""

from __future__ import annotations

import pytest

from synnefo_core.contracts.compute import InstanceSpec
from synnefo_core.contracts.seed import Seed


@pytest.fixture
def backend(make_backend, cluster):
    backend = make_backend(has_seed_disk="true")
    yield backend
    backend.close()


@pytest.fixture
def make(backend):
    """Make an instance on a volume, with a seed."""
    disk = backend.volumes.disk("root", size_mib=64, ticket="T0")
    seed = Seed("cidata", {"meta-data": b"x"})
    spec = InstanceSpec("snf-1", 1, 128, disk_template="ext", disks=(disk,), seed=seed)
    run(backend, backend.lifecycle.create(spec))


def run(backend, job_id) -> None:
    while not backend.job_queue.job(job_id).state.is_final:
        pass


def bodies(server, path):
    """Return what the remote API was asked there."""
    return [one.body for one in server.received if one.path == path]


@pytest.mark.usefixtures("make")
def test_a_disk_says_by_its_ticket_which_volume_it_is_and_the_seed_lies_beside(server):
    (creation,) = bodies(server, "/2/instances")

    volume = {"provider": "synnefo", "access": "userspace", "ticket": "T0"}
    assert [
        {**volume, "name": "root", "size": 64},
        {**volume, "part": "seed", "name": "seed-snf-1", "size": 4},
    ] == creation["disks"]


@pytest.mark.usefixtures("make")
def test_the_image_of_the_cluster_is_not_written_over_it(server):
    (creation,) = bodies(server, "/2/instances")

    assert {"image": ""} == creation["osparams"]


@pytest.mark.usefixtures("make")
def test_it_is_added_and_removed_in_what_runs(backend, server):
    run(
        backend,
        backend.volumes.attach("snf-1", backend.volumes.disk("v", size_mib=8, ticket="T1")),
    )
    run(backend, backend.volumes.detach("snf-1", "v"))

    added, removed = bodies(server, "/2/instances/snf-1/modify")
    volume = {"provider": "synnefo", "access": "userspace", "ticket": "T1", "name": "v", "size": 8}
    assert ([["add", -1, volume]], True) == (added["disks"], added["hotplug_if_possible"])
    assert [["remove", "v", {}]] == removed["disks"]


@pytest.mark.usefixtures("make")
def test_a_volume_is_named_to_ganeti_by_its_place_behind_the_seed(backend, server):
    run(
        backend,
        backend.volumes.attach("snf-1", backend.volumes.disk("v", size_mib=8, ticket="T1")),
    )

    run(backend, backend.volumes.tell_size("snf-1", "v", size_mib=16))

    (body,) = bodies(server, "/2/instances/snf-1/disk/2/grow")
    assert (16, True) == (body["amount"], body["absolute"])


def test_they_are_the_usual_disks_where_the_settings_say_so(backend, make_backend):
    usual = make_backend(disk_template="ext")

    assert usual.volumes.is_default
    assert not backend.volumes.is_default
    usual.close()
