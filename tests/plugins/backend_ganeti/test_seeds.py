# SPDX-License-Identifier: Apache-2.0
"""What a guest is told, on its way through Ganeti."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from synnefo_backend_ganeti import seeds
from synnefo_core.contracts.compute import DiskSpec, InstanceSpec, RequestRefused
from synnefo_core.contracts.seed import Seed

SEED = Seed("cidata", {"user-data": os.urandom(150_000)})
SPEC = InstanceSpec("snf-1", 1, 128, disks=(DiskSpec("disk-1", 64),), seed=SEED)


@pytest.fixture
def backend(make_backend, cluster):
    backend = make_backend(has_seed_disk="true")
    yield backend
    backend.close()


def test_a_long_seed_is_cut_into_parts_that_fit_the_environment():
    parts = seeds.parameters(SEED)

    assert SEED == Seed.unpack("".join(parts.values()))
    assert seeds.PARAMETERS == tuple(parts)
    assert all(len(part) < 128 * 1024 for part in parts.values())


def test_a_seed_that_is_too_long_is_refused():
    with pytest.raises(RequestRefused):
        seeds.parameters(Seed("cidata", {"user-data": os.urandom(400_000)}))


def make(backend) -> None:
    """Make the instance."""
    job_id = backend.lifecycle.create(SPEC)
    while not backend.job_queue.job(job_id).state.is_final:
        pass


def creation(server):
    """Return what the remote API was asked to make."""
    (body,) = [one.body for one in server.received if one.path == "/2/instances"]
    return body


def test_a_new_instance_has_a_disk_for_it_that_nobody_is_told_of(backend, server):
    make(backend)

    sizes = [(disk["name"], disk["size"]) for disk in creation(server)["disks"]]
    assert [("disk-1", 64), ("seed-snf-1", 4)] == sizes
    assert seeds.parameters(SEED) == creation(server)["osparams_secret"]
    assert ["disk-1"] == [disk.name for disk in backend.inventory.instance("snf-1").disks]


def test_a_rebuilt_guest_is_told_by_private_parameters(backend, server):
    make(backend)

    backend.reshape.hand_seed("snf-1", SEED)

    assert {"osparams_private": dict(seeds.parameters(SEED))} == server.received[-1].body


def test_a_cluster_that_tells_guests_nothing_is_not_asked_to(make_backend, cluster, server):
    backend = make_backend()

    make(backend)

    assert ["disk-1"] == [disk["name"] for disk in creation(server)["disks"]]
    assert "osparams_secret" not in creation(server)


def test_what_is_to_be_written_offline_is_not_left_out(make_backend, cluster):
    seed = Seed("cidata", {}, {"hostname": "web-1"})
    backend = make_backend()

    with pytest.raises(RequestRefused, match="writes nothing on disks"):
        backend.lifecycle.create(replace(SPEC, seed=seed))
    make(backend)
    with pytest.raises(RequestRefused, match="writes nothing on disks"):
        backend.reshape.hand_seed("snf-1", seed)


def test_an_instance_of_before_is_not_told_when_it_is_rebuilt(make_backend, cluster):
    make(make_backend())

    assert make_backend(has_seed_disk="true").reshape.hand_seed("snf-1", SEED) is None
