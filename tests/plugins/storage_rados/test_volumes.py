# SPDX-License-Identifier: Apache-2.0
"""Volumes on RADOS: of two writers only the later one writes, and what was flushed is there.

On a cluster in memory, and as system tests on the laboratory's Ceph.
"""

import os
import sys

import pytest

from synnefo_blocks import Reader, volumes
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import CLUSTER_BYTES, Fenced
from synnefo_core.offload import ThreadOffload
from synnefo_core.testing.fixtures import StillClock
from synnefo_storage_rados import RadosStorage
from tests.system.labs import ceph
from tests.system.labs.fixtures import ceph_lab  # noqa: F401  # a fixture

SIZE = 200 * CLUSTER_BYTES + 4096


def writer(storage, name, *, epoch):
    """Open a volume on a machine whose clock stands still: its lease never runs out by itself."""
    return volumes.open_volume(storage, name, epoch=epoch, clock=StillClock())


class OfTwoWriters:
    """What holds on any cluster; ``opened`` gives each writer a connection of its own."""

    @pytest.fixture
    def disk(self, opened):
        name = f"disk-{os.urandom(6).hex()}"
        volumes.create(opened(), name, SIZE)
        return name

    @pytest.fixture
    def offload(self):
        made = ThreadOffload(2)
        yield made
        made.close()

    def test_what_was_flushed_is_there_for_the_next_writer(self, opened, disk):
        first = writer(opened(), disk, epoch=2)
        first.write(70_000, b"flushed")
        first.flush()

        second = writer(opened(), disk, epoch=3)

        assert b"\0flushed\0" == second.read(69_999, 9)
        assert bytes(4096) == second.read(SIZE - 4096, 4096)

    def test_who_lost_the_volume_stops(self, opened, disk):
        """What the cluster keeps tells him with his next call, whatever his clock says."""
        old = writer(opened(), disk, epoch=2)
        old.write(0, b"old")
        old.flush()
        new = writer(opened(), disk, epoch=3)
        new.write(0, b"new")

        with pytest.raises(Fenced):
            old.write(0, b"late")
        # What is discarded is only remembered until the flush.
        old.zero(0, CLUSTER_BYTES)
        with pytest.raises(Fenced):
            old.flush()
        with pytest.raises(Fenced):
            old.freeze()

        new.flush()
        assert b"new\0" == new.read(0, 4)

    def test_a_writer_of_the_same_epoch_is_refused(self, opened, disk):
        writer(opened(), disk, epoch=2)

        with pytest.raises(Fenced):
            writer(opened(), disk, epoch=2)

    def test_a_snapshot_is_what_was_there_and_the_writer_goes_on(self, opened, disk, offload):
        storage = opened()
        volume = writer(storage, disk, epoch=2)
        volume.write(CLUSTER_BYTES, b"before")
        number = volume.freeze()
        volume.write(CLUSTER_BYTES, b"behind")

        sealed = volumes.seal_layers(storage, offload, disk, number)

        found = b"".join(Reader(storage, offload, sealed).read())
        assert SIZE == len(found)
        assert b"before" == found[CLUSTER_BYTES : CLUSTER_BYTES + 6]
        assert b"behind" == volume.read(CLUSTER_BYTES, 6)


class TestInMemory(OfTwoWriters):
    @pytest.fixture
    def opened(self, open_store):
        return lambda: open_store(block_bytes=16 * CLUSTER_BYTES)


@pytest.mark.system
class TestOnCeph(OfTwoWriters):
    @pytest.fixture
    def opened(self, ceph_lab, tmp_path, monkeypatch):  # noqa: F811
        monkeypatch.setitem(sys.modules, "rados", ceph.binding())
        made = []

        def open_():
            settings = {**ceph_lab.settings, "namespace": "volumes"}
            made.append(RadosStorage(DriverSetup("real", settings, tmp_path)))
            return made[-1]

        yield open_
        for storage in made:
            storage.close()
