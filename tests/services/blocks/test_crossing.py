# SPDX-License-Identifier: Apache-2.0
"""Volumes that move to another store while they are written: an array of bytes knows what they hold."""

import io
import random
from itertools import count
from pathlib import Path

import pytest

from synnefo_blocks import Reader, volumes, write
from synnefo_blocks.volumes import Destination, LeaseTerms
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import (
    CLUSTER_BYTES,
    Fenced,
    NoSuchThing,
    StorageError,
    StorageFull,
    StorageUnavailable,
)
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_core.testing.fixtures import StillClock
from synnefo_storage_nfs.driver import NfsStorage
from tests.services.blocks.lossy import LossyHeads, LossyStorage, PowerCut

CLUSTERS = 24
SIZE = CLUSTERS * CLUSTER_BYTES - 1000
BLOCK = 4 * CLUSTER_BYTES
TERMS = LeaseTerms()


class Fuse:
    """One for several stores: they are parts of what has one power supply."""

    def __init__(self):
        self.left = None


class FusedHeads(LossyHeads):
    def __init__(self, memory, fuse):
        self._shared = fuse
        super().__init__(memory)

    @property
    def fuse(self):
        return self._shared.left

    @fuse.setter
    def fuse(self, left):
        self._shared.left = left


class Site:
    """Two stores, a volume in the first, and what it should read as."""

    def __init__(self, first, second, offload, *, seed=0):
        self.stores = {"first": first, "second": second}
        self.chance, self.offload = random.Random(seed), offload
        self.epoch, self.clock = 1, StillClock()
        content = self.chance.randbytes(10 * CLUSTER_BYTES)
        base = write(first, offload, io.BytesIO(content).read).reference
        volumes.create(first, "disk", SIZE, base=base)
        self.now = bytearray(content.ljust(SIZE, b"\0"))
        self.past = [bytes(self.now)]

    def where(self, looked_for="first"):
        return volumes.follow("disk", looked_for, self.stores.__getitem__)

    def open(self):
        self.epoch += 1
        store = self.stores[self.where()]
        self.volume = volumes.open_volume(
            store, "disk", epoch=self.epoch, terms=TERMS, clock=self.clock
        )

    def use(self, times=1):
        """Do as guests do."""
        for _ in range(times):
            at = self.chance.randrange(SIZE)
            length = min(SIZE - at, self.chance.choice([1, 4096, CLUSTER_BYTES, 5 * CLUSTER_BYTES]))
            data = bytes(length) if self.chance.random() < 0.25 else self.chance.randbytes(length)
            after = bytearray(self.now)
            after[at : at + length] = data
            # What is cut off in the middle may be there, too.
            self.past.append(bytes(after))
            if any(data):
                self.volume.write(at, data)
            else:
                self.volume.zero(at, length)
            self.now = after

    def flush(self):
        self.volume.flush()
        self.past = [bytes(self.now)]

    def expect(self, target):
        """Do what the cloud does before it asks the writer: the other store gets a content, and a draft."""
        source = self.where()
        record = volumes.recorded(self.stores[source], "disk")
        if record.is_open:
            self.volume.freeze()
            self.past = [bytes(self.now)]
        else:
            volumes.freeze(self.stores[source], "disk", record.top)
        number = volumes.show(self.stores[source], "disk").layers[-1].number
        base = volumes.seal_layers(self.stores[source], self.offload, "disk", number)
        copied(self.stores[source], self.stores[target], base, self.offload)
        volumes.expect(self.stores[target], "disk", size_bytes=SIZE, base=base, source=source)

    def ask(self, target):
        volumes.ask_to_move(self.stores[self.where()], "disk", target)
        self.volume.renew()

    def cross(self, target, between=lambda: None):
        to = Destination(target, self.stores[target], TERMS)
        return volumes.cross(self.volume, to, clock=self.clock, between=between)

    def assert_reads(self):
        assert bytes(self.now) == self.volume.read(0, SIZE)


def copied(source, target, reference, offload):
    content = b"".join(read(source, reference, offload))
    assert reference == write(target, offload, io.BytesIO(content).read).reference


def read(store, reference, offload):
    return Reader(store, offload, reference).read()


def lossy(fuse):
    made = LossyStorage(DriverSetup("memory", {"block_bytes": BLOCK}, Path("/nowhere")))
    made.heads = FusedHeads(made.memory, fuse)
    return made


@pytest.fixture(params=["memory", "nfs"])
def site(request, tmp_path, offload):
    if request.param == "memory":
        setup = DriverSetup("memory", {"block_bytes": BLOCK}, Path("/nowhere"))
        stores = [MemoryStorage(setup), MemoryStorage(setup)]
    else:
        settings = {"block_bytes": BLOCK, "fsync": False}
        stores = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            stores.append(NfsStorage(DriverSetup("nfs", settings, tmp_path / name)))
    made = Site(*stores, offload)
    made.open()
    yield made
    for store in stores:
        store.close()


@pytest.fixture
def moving(site):
    """A volume that the second store expects and whose writer was asked to move it."""
    site.use(20)
    site.expect("second")
    site.use(20)
    site.ask("second")
    return site


def test_a_volume_that_is_written_moves_and_holds_all(moving):
    crossed = moving.cross("second", between=moving.use)

    assert "second" == moving.where() == moving.where("second")
    assert 0 < crossed.copied_bytes <= SIZE + CLUSTER_BYTES
    moving.assert_reads()
    moving.use(20)
    moving.volume.renew()
    assert not moving.volume.is_asked
    moving.volume.close()
    moving.open()
    moving.assert_reads()


def test_it_is_written_in_one_store_only(moving):
    moving.cross("second")
    moving.use(5)
    moving.volume.close()

    first, second = moving.stores["first"], moving.stores["second"]
    assert ([], ["disk"]) == (list(volumes.names(first)), list(volumes.names(second)))
    for call in (volumes.show, volumes.usage):
        with pytest.raises(NoSuchThing):
            call(first, "disk")
    with pytest.raises(NoSuchThing):
        volumes.open_volume(first, "disk", epoch=99, terms=TERMS, clock=moving.clock)
    volumes.remove_waste(first, "disk")
    assert ["disk"] == list(first.heads.names())
    assert [] == volumes.check_volumes(first) == volumes.check_volumes(second)
    assert "second" == moving.where()


def test_before_it_has_moved_it_is_not_in_the_other_store(moving):
    second = moving.stores["second"]

    assert [] == list(volumes.names(second))
    assert moving.stores["first"].heads is not None
    assert [volumes.recorded(second, "disk").base] == list(volumes.roots(second))
    with pytest.raises(NoSuchThing):
        volumes.open_volume(second, "disk", epoch=99, terms=TERMS, clock=moving.clock)
    assert "first" == moving.where("second")
    assert [] == volumes.check_volumes(second)


def test_it_moves_there_and_back(moving):
    moving.cross("second", between=moving.use)
    for source, target in (("second", "first"), ("first", "second")):
        moving.expect(target)
        moving.ask(target)
        moving.cross(target, between=moving.use)
        assert target == moving.where(source) == moving.where(target)

    moving.flush()
    moving.open()
    moving.assert_reads()


def test_a_freeze_and_a_seal_go_on_as_before(moving):
    moving.cross("second", between=moving.use)

    number = moving.volume.freeze()
    held = bytes(moving.now)
    moving.use(10)
    second = moving.stores["second"]
    reference = volumes.seal_layers(second, moving.offload, "disk", number)
    moving.volume.renew()

    assert held == b"".join(read(second, reference, moving.offload))
    moving.assert_reads()


def test_who_is_asked_no_more_stays(moving):
    def give_up():
        volumes.forget_wishes(moving.stores["first"], "disk")

    with pytest.raises(volumes.NotWanted):
        moving.cross("second", between=give_up)

    moving.use(5)
    moving.flush()
    moving.volume.renew()
    assert not moving.volume.is_asked
    assert "first" == moving.where()
    moving.assert_reads()


def test_a_writer_that_was_outdone_moves_nothing(moving):
    old = moving.volume
    left = count()

    def outdo():
        if next(left) == 2:
            moving.flush()
            moving.open()

    with pytest.raises(Fenced):
        moving.cross("second", between=outdo)

    assert "first" == moving.where()
    moving.volume.renew()
    moving.cross("second", between=moving.use)
    moving.assert_reads()
    with pytest.raises(Fenced):
        old.flush()


def test_a_store_that_is_full_keeps_nobody_from_writing(moving, monkeypatch):
    second = moving.stores["second"].heads
    lend = second.lend

    class Full:
        def __init__(self, head):
            self.read = head.read

        def write(self, offset, data):
            raise StorageFull("no room")

    monkeypatch.setattr(second, "lend", lambda name, **rest: Full(lend(name, **rest)))
    moving.volume.write(0, b"x")
    moving.now[0:1] = b"x"
    with pytest.raises(StorageError):
        moving.cross("second", between=moving.use)

    moving.use(10)
    moving.flush()
    moving.assert_reads()
    monkeypatch.undo()
    moving.cross("second", between=moving.use)
    moving.assert_reads()


@pytest.mark.parametrize("is_done", [True, False])
def test_a_writer_that_cannot_know_where_its_volume_is_writes_nothing(moving, monkeypatch, is_done):
    first = moving.stores["first"].heads
    change = first.write_control
    moving.flush()

    def unanswered(name, record, *, expected):
        if b"moved_to" in record:
            if is_done:
                change(name, record, expected=expected)
            monkeypatch.setattr(first, "read_control", away)
            raise StorageUnavailable("no answer")
        change(name, record, expected=expected)

    def away(name):
        raise StorageUnavailable("no answer")

    monkeypatch.setattr(first, "write_control", unanswered)
    with pytest.raises(Fenced):
        moving.cross("second")
    with pytest.raises(Fenced):
        moving.volume.write(0, b"x")
    monkeypatch.undo()

    assert ("second" if is_done else "first") == moving.where()
    moving.open()
    moving.assert_reads()


def test_a_volume_that_nobody_has_open_moves_by_its_content(site):
    site.use(20)
    site.flush()
    site.volume.close()
    first = site.stores["first"]
    site.expect("second")
    seen = volumes.show(first, "disk")

    assert volumes.move_closed(first, "disk", "second", seen=seen)
    assert volumes.move_closed(first, "disk", "second", seen=seen)

    assert "second" == site.where()
    site.open()
    site.assert_reads()


def test_a_volume_that_was_opened_since_does_not_move_by_its_content(site):
    site.volume.close()
    first = site.stores["first"]
    site.expect("second")
    seen = volumes.show(first, "disk")
    site.open()
    site.use(3)

    assert not volumes.move_closed(first, "disk", "second", seen=seen)
    site.flush()
    assert "first" == site.where()


@pytest.mark.parametrize("seed", range(3))
def test_the_power_may_be_cut_at_each_step(offload, seed):
    found = []
    for fuse in count():
        power = Fuse()
        site = Site(lossy(power), lossy(power), offload, seed=seed)
        site.open()
        site.use(6)
        site.expect("second")
        site.use(6)
        site.ask("second")
        power.left = fuse
        try:
            site.cross("second", between=lambda: site.use(1))  # noqa: B023
        except PowerCut:
            found.append(crash(site, random.Random(fuse)))
            finish(site)
        else:
            power.left = None
            site.assert_reads()
            break

    assert sorted(found) == found
    assert {"first", "second"} == set(found)


def crash(site, chance):
    """Lose some of what was not flushed; what is left must be explained by what was done."""
    for store in site.stores.values():
        store.heads.lose(lambda: chance.random() < 0.5)
    store = site.where()
    assert [store] == [name for name, each in site.stores.items() if list(volumes.names(each))]
    site.open()
    found = site.volume.read(0, SIZE)
    for at in range(0, SIZE, 512) if found != bytes(site.now) else ():
        piece = found[at : at + 512]
        if any(piece == image[at : at + 512] for image in site.past):
            continue
        for byte in range(at, min(at + 512, SIZE)):
            assert found[byte] in {image[byte] for image in site.past}, byte
    site.now, site.past = bytearray(found), [found]
    return store


def finish(site):
    """Whoever opens it goes on with the move, if it had not moved."""
    site.use(3)
    if site.volume.wanted_store:
        assert "first" == site.where()
        site.cross("second", between=lambda: site.use(1))
    assert "second" == site.where() == site.where("second")
    site.flush()
    site.volume.close()
    site.open()
    site.assert_reads()
