# SPDX-License-Identifier: Apache-2.0
"""What others than its writer may have done to a volume: freeze it and make it larger."""

from pathlib import Path

import pytest

from synnefo_blocks import Reader, volumes
from synnefo_blocks.volumes import LeaseTerms, VolumeRecord, catalog
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import CLUSTER_BYTES, Fenced
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_core.testing.fixtures import StillClock
from synnefo_storage_nfs.driver import NfsStorage

SIZE = 40 * CLUSTER_BYTES
BLOCK = 4 * CLUSTER_BYTES


@pytest.fixture(params=["memory", "nfs"])
def storage(request, tmp_path):
    settings = {"block_bytes": BLOCK}
    if request.param == "memory":
        yield MemoryStorage(DriverSetup("memory", settings, Path("/nowhere")))
        return
    made = NfsStorage(DriverSetup("nfs", settings | {"fsync": False}, tmp_path))
    yield made
    made.close()


@pytest.fixture
def opened(storage):
    """Open the volume "disk" with an epoch."""
    volumes.create(storage, "disk", SIZE)
    terms, clock = LeaseTerms(), StillClock()
    return lambda epoch: volumes.open_volume(storage, "disk", epoch=epoch, terms=terms, clock=clock)


def read(storage, offload, reference):
    return b"".join(Reader(storage, offload, reference).read())


def test_a_volume_that_nobody_has_open_is_frozen_at_once(storage, offload, opened):
    disk = opened(2)
    disk.write(0, b"before")
    disk.close()

    assert volumes.freeze(storage, "disk", 1)
    assert volumes.freeze(storage, "disk", 1)
    later = opened(3)
    later.write(0, b"behind")
    later.close()

    assert b"before" == read(storage, offload, volumes.seal_layers(storage, offload, "disk", 1))[:6]
    assert b"behind" == opened(4).read(0, 6)


def test_a_writer_freezes_for_others_what_it_has_written_so_far(storage, offload, opened):
    disk = opened(2)
    disk.write(0, b"before")

    assert not volumes.freeze(storage, "disk", 1)
    disk.renew()
    assert disk.is_asked
    disk.obey()
    disk.write(0, b"behind")

    assert not disk.is_asked
    assert volumes.freeze(storage, "disk", 1)
    assert b"before" == read(storage, offload, volumes.seal_layers(storage, offload, "disk", 1))[:6]
    assert b"behind" == disk.read(0, 6)


def test_what_was_wished_of_a_writer_that_closed_is_done_without_it(storage, opened):
    disk = opened(2)
    volumes.freeze(storage, "disk", 1)
    disk.close()

    assert volumes.freeze(storage, "disk", 1)
    assert 2 == volumes.show(storage, "disk").top


def test_a_writer_that_was_asked_twice_freezes_once(storage, opened):
    disk = opened(2)
    for _ in range(2):
        volumes.freeze(storage, "disk", 1)
        disk.renew()
        disk.obey()

    assert 2 == volumes.show(storage, "disk").top


def test_a_volume_that_nobody_has_open_grows_at_once(storage, opened):
    disk = opened(2)
    disk.write(SIZE - 4, b"last")
    disk.close()

    assert volumes.grow(storage, "disk", 2 * SIZE)
    assert volumes.grow(storage, "disk", 2 * SIZE)

    larger = opened(3)
    assert 2 * SIZE == larger.size_bytes
    assert b"last" + bytes(4) == larger.read(SIZE - 4, 8)
    larger.write(2 * SIZE - 3, b"end")
    larger.flush()
    assert b"end" == larger.read(2 * SIZE - 3, 3)


def test_a_writer_grows_for_others(storage, opened):
    disk = opened(2)

    assert not volumes.grow(storage, "disk", 2 * SIZE)
    disk.renew()
    disk.obey()

    assert volumes.grow(storage, "disk", 2 * SIZE)
    disk.write(2 * SIZE - 3, b"end")
    assert not disk.is_asked


def test_a_volume_of_a_wrong_size_is_not_asked_for(storage, opened):
    with pytest.raises(ValueError, match="no volume has"):
        volumes.grow(storage, "disk", 2**60)

    assert not volumes.show(storage, "disk").is_asked


def test_no_more_is_frozen_than_a_writer_could_open(storage, opened):
    for number in range(1, 65):
        assert volumes.freeze(storage, "disk", number)

    with pytest.raises(volumes.TooManyLayers):
        volumes.freeze(storage, "disk", 65)
    opened(2).close()


def test_the_head_of_a_later_writer_is_not_taken_for_one_that_was_left_behind(storage, opened):
    old = opened(2)
    new = opened(3)
    new.freeze()
    new.write(0, b"new")
    new.flush()

    with pytest.raises(Fenced):
        catalog.fresh_head(storage.heads, "disk", 2, size_bytes=SIZE, epoch=old.epoch)

    assert b"new" == new.read(0, 3)


def test_a_record_tells_wishes_only_until_they_are_done():
    asked = VolumeRecord(SIZE, wanted_top=2, wanted_bytes=2 * SIZE)
    done = VolumeRecord(2 * SIZE, top=2, wanted_top=2, wanted_bytes=2 * SIZE)

    assert asked == VolumeRecord.decode("disk", asked.encode())
    assert b"wanted" not in done.encode()
