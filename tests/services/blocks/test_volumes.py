# SPDX-License-Identifier: Apache-2.0
"""Volumes in every kind of store: who may write, what takes space, what a clone shares."""

import io
import re
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from synnefo_blocks import Reader, volumes, write
from synnefo_blocks.collection import Fate
from synnefo_blocks.volumes import LeaseTerms
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.storage import (
    CLUSTER_BYTES,
    Corrupt,
    Fenced,
    HeadExists,
    Kind,
    NoSuchThing,
)
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_core.testing.fixtures import StillClock
from synnefo_storage_nfs.driver import NfsStorage

SIZE = 40 * CLUSTER_BYTES
BLOCK = 4 * CLUSTER_BYTES
DOCUMENT = Path(__file__).parents[3] / "docs/design/blocks-format.rst"
TERMS = LeaseTerms(lease_s=20, margin_s=5)
LETTERS = b"".join(bytes([65 + number]) * CLUSTER_BYTES for number in range(10))


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
def clock():
    return StillClock()


@pytest.fixture
def opened(storage, clock):
    """Open the volume "disk" with an epoch; made at the first call."""

    def call(epoch, **rest):
        return volumes.open_volume(storage, "disk", epoch=epoch, terms=TERMS, clock=clock, **rest)

    return call


@pytest.fixture
def disk(storage):
    return volumes.create(storage, "disk", SIZE)


@pytest.fixture
def image(storage, offload):
    return write(storage, offload, io.BytesIO(LETTERS).read).reference


def test_what_was_flushed_is_there_for_the_next_writer(disk, opened):
    first = opened(2)
    first.write(70_000, b"flushed")
    first.flush()

    second = opened(3)

    assert b"\0flushed\0" == second.read(69_999, 9)


def test_a_second_writer_with_the_same_epoch_is_refused(disk, opened):
    opened(2)

    with pytest.raises(Fenced):
        opened(2)


def test_the_writer_before_can_neither_write_nor_flush(disk, opened):
    old = opened(2)
    old.write(0, b"old")
    new = opened(3)

    with pytest.raises(Fenced):
        old.write(0, b"late")
    with pytest.raises(Fenced):
        old.flush()
    with pytest.raises(Fenced):
        old.freeze()
    assert b"late" != new.read(0, 4)


@pytest.mark.parametrize("storage", ["nfs"], indirect=True)
def test_who_only_looks_sees_what_was_flushed_meanwhile(disk, opened, tmp_path):
    writer = opened(2)
    with closing(NfsStorage(DriverSetup("nfs", {"block_bytes": BLOCK}, tmp_path))) as elsewhere:
        assert bytes(4) == volumes.look(elsewhere, "disk").read(SIZE - 4, 4)

        writer.write(SIZE - 4, b"news")
        writer.flush()

        assert b"news" == volumes.look(elsewhere, "disk").read(SIZE - 4, 4)


@pytest.mark.parametrize("storage", ["nfs"], indirect=True)
def test_a_writer_whose_store_does_not_answer_stops_before_the_next_one_begins(disk, opened, clock):
    old = opened(2)
    began = clock.moment

    new = opened(3)
    waited = clock.moment - began

    assert TERMS.wait_s == waited
    clock.moment = began + TERMS.lease_s - TERMS.margin_s - 0.1
    old._lease.check()
    clock.moment = began + TERMS.lease_s - TERMS.margin_s
    with pytest.raises(Fenced):
        old._lease.check()
    clock.moment = began + waited
    new.write(0, b"new")


def test_a_writer_that_asks_in_time_goes_on(disk, opened, clock):
    volume = opened(2)

    for _ in range(10):
        clock.advance(volume.renew_every_s or 1)
        volume.renew()
        volume.write(0, b"still here")

    assert b"still here" == volume.read(0, 10)


def test_a_writer_that_learns_of_another_one_stops_at_once(disk, opened):
    old = opened(2)
    opened(3)

    with pytest.raises(Fenced):
        old.renew()
    with pytest.raises(Fenced):
        old._lease.check()


def test_who_closed_is_not_waited_for(disk, opened, clock):
    opened(2).close()
    before = clock.moment

    opened(3)

    assert before == clock.moment


def test_a_clone_of_a_tebibyte_takes_nothing_and_reads_as_its_image(storage, image, clock):
    began = time.monotonic()
    volumes.create(storage, "clone", 1 << 40, base=image)
    took_s = time.monotonic() - began

    volume = volumes.open_volume(storage, "clone", epoch=2, clock=clock)
    assert LETTERS + bytes(10) == volume.read(0, len(LETTERS) + 10)
    assert 0 == volumes.usage(storage, "clone")
    assert took_s < 0.5


def test_a_first_write_copies_one_cluster(storage, image, opened):
    volumes.create(storage, "disk", SIZE, base=image)
    volume = opened(2)

    volume.write(3 * CLUSTER_BYTES + 5, b"written")

    expected = LETTERS[: 3 * CLUSTER_BYTES + 5] + b"written" + LETTERS[3 * CLUSTER_BYTES + 12 :]
    assert expected == volume.read(0, len(LETTERS))
    assert CLUSTER_BYTES == volumes.usage(storage, "disk")


def test_what_is_discarded_reads_as_zeros_for_ever_and_takes_no_space(storage, image, opened):
    volumes.create(storage, "disk", SIZE, base=image)
    volume = opened(2)
    volume.write(0, b"secret" * CLUSTER_BYTES)
    volume.flush()

    volume.zero(0, 8 * CLUSTER_BYTES)
    volume.write(CLUSTER_BYTES + 100, b"new")
    volume.close()

    expected = bytes(CLUSTER_BYTES + 100) + b"new" + bytes(7 * CLUSTER_BYTES - 103)
    assert expected == opened(3).read(0, 8 * CLUSTER_BYTES)
    # One cluster that was written, and one of marks.
    assert 2 * CLUSTER_BYTES == volumes.usage(storage, "disk")


def test_a_snapshot_is_what_was_there_and_the_writer_goes_on(storage, image, opened, offload):
    volumes.create(storage, "disk", SIZE, base=image)
    volume = opened(2)
    volume.write(0, b"before")
    number = volume.freeze()
    volume.write(0, b"behind")

    reference = volumes.seal_layers(storage, offload, "disk", number)
    volume.renew()

    content = b"".join(Reader(storage, offload, reference).read())
    assert b"before" + LETTERS[6:] + bytes(SIZE - len(LETTERS)) == content
    assert b"behind" + LETTERS[6:] == volume.read(0, len(LETTERS))
    assert 2 == len(list(storage.heads.names())), "the layer is gone"


def test_a_snapshot_stores_only_blocks_that_were_written(storage, image, opened, offload):
    volumes.create(storage, "disk", SIZE, base=image)
    volume = opened(2)
    before = {entry.digest for entry in storage.blocks.entries(Kind.BLOCK)}
    volume.write(5 * CLUSTER_BYTES, b"one block")

    volumes.seal_layers(storage, offload, "disk", volume.freeze())

    after = {entry.digest for entry in storage.blocks.entries(Kind.BLOCK)}
    assert 1 == len(after - before)


def test_sealing_again_says_the_same(storage, disk, opened, offload):
    volume = opened(2)
    volume.write(0, b"x")
    number = volume.freeze()

    first = volumes.seal_layers(storage, offload, "disk", number)

    assert first == volumes.seal_layers(storage, offload, "disk", number)


def test_only_what_was_frozen_can_be_sealed(storage, disk, opened, offload):
    opened(2)

    with pytest.raises(NoSuchThing):
        volumes.seal_layers(storage, offload, "disk", 1)


def test_writers_and_readers_go_on_while_snapshots_are_made(storage, disk, opened, offload):
    volume, wrong, rounds = opened(2), [], 15
    stop = threading.Event()

    def work(place):
        count = 0
        while not stop.wait(0.0001):
            count += 1
            data = count.to_bytes(4) * 300
            volume.write(place, data)
            if volume.read(place, len(data)) != data:
                wrong.append(count)

    threads = [threading.Thread(target=work, args=(n * 200_000 + 77,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(rounds):
        volumes.seal_layers(storage, offload, "disk", volume.freeze())
        volume.renew()
    stop.set()
    for thread in threads:
        thread.join()

    assert [] == wrong
    assert 2 == len(list(storage.heads.names()))


def test_a_volume_goes_back_to_its_snapshot(storage, image, opened, offload):
    volumes.create(storage, "disk", SIZE, base=image)
    volume = opened(2)
    volume.write(0, b"mistake")
    volume.close()

    volumes.clear(storage, "disk", base=image)

    assert LETTERS == opened(3).read(0, len(LETTERS))
    assert 0 == volumes.usage(storage, "disk")


def test_a_volume_that_is_open_does_not_go_back(storage, image, opened):
    volumes.create(storage, "disk", SIZE, base=image)
    opened(2)

    with pytest.raises(Fenced):
        volumes.clear(storage, "disk", base=image)


def test_names_are_taken_once_and_free_again(storage, disk):
    with pytest.raises(HeadExists):
        volumes.create(storage, "disk", SIZE)

    assert ["disk"] == list(volumes.names(storage))
    assert volumes.delete(storage, "disk")
    assert [] == list(storage.heads.names())
    assert not volumes.delete(storage, "disk")


def test_a_volume_that_was_half_made_is_made_again(storage):
    storage.heads.create("disk", 0)
    assert [] == list(volumes.names(storage))

    volumes.create(storage, "disk", SIZE)

    assert ["disk"] == list(volumes.names(storage))


def test_a_record_reads_as_the_document_says():
    example = re.search(r"record = (\{.*?\})\n", re.sub(r"\n +(?=\S)", "", DOCUMENT.read_text()))

    record = volumes.VolumeRecord.decode("disk", example[1].encode())

    assert example[1].encode() == record.encode()
    assert ((1, True), 3, 2) == (
        (record.layers[0].number, record.layers[0].is_settled),
        record.top,
        record.epoch,
    )


def test_a_damaged_record_is_told_as_such(storage, disk):
    storage.heads.write_control("disk", b"{", expected=disk.encode())

    with pytest.raises(Corrupt):
        volumes.show(storage, "disk")


def test_new_volumes_never_show_what_others_discarded(storage, opened, clock):
    volumes.create(storage, "disk", SIZE)
    volume = opened(2)
    volume.write(0, b"secret" * CLUSTER_BYTES)
    volume.flush()
    volume.zero(0, SIZE)
    volume.flush()
    volumes.create(storage, "other", SIZE)
    other = volumes.open_volume(storage, "other", epoch=2, clock=clock)

    other.write(CLUSTER_BYTES // 2, b"y")
    volume.write(CLUSTER_BYTES // 2, b"y")

    expected = bytes(CLUSTER_BYTES // 2) + b"y" + bytes(SIZE - CLUSTER_BYTES // 2 - 1)
    assert expected == other.read(0, SIZE)
    assert expected == volume.read(0, SIZE)


def test_garbage_collection_keeps_what_volumes_lie_over(site):
    content = b"".join(bytes([number]) * 512 for number in range(1, 33))
    base = site.write(content)
    volumes.create(site.storage, "disk", len(content), base=base)

    ledger = site.collect_twice()
    assert 0 == ledger.total(Fate.DELETED)
    assert content == volumes.open_volume(site.storage, "disk", epoch=2).read(0, len(content))

    volumes.delete(site.storage, "disk")
    assert 0 < site.collect_twice().total(Fate.DELETED)


@pytest.mark.parametrize("margin_s", [20, 25, -1])
def test_terms_under_which_nobody_may_ever_write_are_refused(margin_s):
    with pytest.raises(Misconfigured, match="lease_margin_s"):
        LeaseTerms(lease_s=20, margin_s=margin_s)
