# SPDX-License-Identifier: Apache-2.0
"""Simulated clusters hand instances to one another, with what their guests wrote."""

from __future__ import annotations

import pytest

from synnefo_backend_sim import SimBackend, operator
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.seed import Seed
from synnefo_core.testing.moving import MovableContract


@pytest.fixture
def make(tmp_path):
    made = []

    def named(name, **settings):
        state = tmp_path / name
        state.mkdir()
        pace = {"job_delay_min_s": 0.0, "job_delay_max_s": 0.0}
        made.append(SimBackend(DriverSetup(name, pace | settings, state)))
        return made[-1]

    yield named
    for each in made:
        each.close()


class TestBetweenClusters(MovableContract):
    """Of one cloud, so they have one store."""

    poll_interval_s = 0.0

    @pytest.fixture
    def backend(self, make):
        return make("north")

    @pytest.fixture
    def other(self, make):
        return make("south")

    def write(self, backend, disk, content):
        operator.write(backend.cluster, disk, content)

    def read(self, backend, disk):
        return operator.read(backend.cluster, disk)


def test_a_guest_knows_elsewhere_what_it_was_told(make, spec):
    one, other, seed = make("north"), make("south"), Seed("cidata", {"meta-data": b"x"})
    one.lifecycle.create(spec(seed=seed, is_started=False))

    other.movable.take_in(spec(disks=()), one.movable.baggage("snf-1"))
    one.movable.give_up("snf-1")

    assert seed == operator.seed(other.cluster, "snf-1")


def test_clusters_with_stores_of_their_own_reach_no_other(make, tmp_path):
    one, other = make("north"), make("south", store=str(tmp_path / "own"))

    assert not one.movable.stores() & other.movable.stores()


def test_disks_go_with_the_instance_that_is_removed(make, spec):
    cluster = make("north")
    cluster.lifecycle.create(spec(is_started=False))
    operator.write(cluster.cluster, "disk", b"data")

    cluster.lifecycle.delete("snf-1")

    with pytest.raises(FileNotFoundError):
        operator.read(cluster.cluster, "disk")
