# SPDX-License-Identifier: Apache-2.0
"""What a guest is told, on its way through Ganeti."""

from __future__ import annotations

import os

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


def last_body(server):
    return server.received[-1].body


def test_a_long_seed_is_cut_into_parts_that_fit_the_environment():
    parts = seeds.parameters(SEED)

    assert SEED == Seed.unpack("".join(parts.values()))
    assert seeds.PARAMETERS == tuple(parts)
    assert all(len(part) < 128 * 1024 for part in parts.values())


def test_a_seed_that_is_too_long_is_refused():
    with pytest.raises(RequestRefused):
        seeds.parameters(Seed("cidata", {"user-data": os.urandom(400_000)}))


def test_a_new_instance_has_a_disk_for_it_that_nobody_is_told_of(backend, server):
    job_id = backend.lifecycle.create(SPEC)
    body = last_body(server)
    while not backend.job_queue.job(job_id).state.is_final:
        pass

    assert [("disk-1", 64), ("seed-snf-1", 4)] == [
        (disk["name"], disk["size"]) for disk in body["disks"]
    ]
    assert seeds.parameters(SEED) == body["osparams_secret"]
    assert ["disk-1"] == [disk.name for disk in backend.inventory.instance("snf-1").disks]


def test_a_cluster_that_tells_guests_nothing_is_not_asked_to(make_backend, cluster, server):
    backend = make_backend()

    backend.lifecycle.create(SPEC)

    assert ["disk-1"] == [disk["name"] for disk in last_body(server)["disks"]]
    assert "osparams_secret" not in last_body(server)
    assert backend.reshape.hand_seed("snf-1", SEED) is None


def test_a_rebuilt_guest_is_told_by_private_parameters(backend, server):
    backend.lifecycle.create(SPEC)

    backend.reshape.hand_seed("snf-1", SEED)

    assert {"osparams_private": dict(seeds.parameters(SEED))} == last_body(server)
