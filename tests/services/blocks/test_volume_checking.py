# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a volume is found, and nothing is found where nothing is wrong."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest

from synnefo_blocks import volumes, write
from synnefo_blocks.volumes import Fault, check_volumes
from synnefo_core.contracts.storage import CLUSTER_BYTES, Kind
from synnefo_core.testing.fakes import MemoryStorage

SIZE = 8 * CLUSTER_BYTES


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def base(storage, offload):
    return write(storage, offload, io.BytesIO(os.urandom(SIZE)).read).reference


@pytest.fixture
def volume(storage, base):
    """Make a volume with a layer, a top and discarded clusters, that is open."""
    volumes.create(storage, "disk", SIZE, base=base)
    opened = volumes.open_volume(storage, "disk", epoch=2)
    opened.write(5, b"layer")
    opened.freeze()
    opened.write(9, b"top")
    opened.zero(CLUSTER_BYTES, 2 * CLUSTER_BYTES)
    opened.flush()
    return opened


def faults(storage, **rest):
    return [(each.volume, each.fault) for each in check_volumes(storage, **rest)]


def change(storage, **fields):
    content = storage.heads.read_control("disk")
    record = replace(volumes.VolumeRecord.decode("disk", content), **fields)
    storage.heads.write_control("disk", record.encode(), expected=content)


def test_nothing_is_wrong_with_volumes_in_use_and_closed(storage, volume):
    volumes.create(storage, "other", SIZE)

    assert [] == check_volumes(storage)
    volume.close()
    assert [] == check_volumes(storage)


def test_a_record_that_is_damaged_is_told(storage, volume):
    content = storage.heads.read_control("disk")
    storage.heads.write_control("disk", b"{}", expected=content)

    assert [("disk", Fault.RECORD_DAMAGED)] == faults(storage)


@pytest.mark.parametrize(
    "fields",
    [{"sealed": 1}, {"waste": (2,)}, {"size_bytes": SIZE - 1}],
    ids=["sealed layer", "waste in use", "large base"],
)
def test_a_record_that_contradicts_itself_is_told(storage, volume, fields):
    change(storage, **fields)

    assert ("disk", Fault.RECORD_CONTRADICTS) in faults(storage)


@pytest.mark.parametrize("head", ["disk.1", "disk.2"], ids=["layer", "top"])
def test_a_head_that_is_missing_is_told(storage, volume, head):
    storage.heads.delete(head)

    (found,) = check_volumes(storage)

    assert (Fault.HEAD_MISSING, head, False) == (found.fault, found.detail, found.is_harmless)


def test_a_top_that_is_too_small_is_told(storage, volume):
    change(storage, size_bytes=SIZE + CLUSTER_BYTES)

    assert [("disk", Fault.HEAD_TOO_SMALL)] == faults(storage)


def test_a_head_of_a_later_writer_than_the_record_is_told(storage, volume):
    storage.heads.advance("disk.2", expected=2, epoch=9)

    assert [("disk", Fault.HEAD_OF_LATER_WRITER)] == faults(storage)


@pytest.mark.parametrize("marks", [b"\2", bytes(SIZE // CLUSTER_BYTES) + b"\1"])
def test_marks_that_are_none_are_told(storage, volume, marks):
    storage.heads.write("disk.2", 2, 0, marks)

    assert [("disk", Fault.HEAD_DAMAGED)] == faults(storage)


def test_a_base_that_lost_a_block_is_told_of_every_volume_over_it(storage, volume, base):
    volumes.create(storage, "other", SIZE, base=base)
    storage.blocks.delete(Kind.BLOCK, base.digest)

    assert [("disk", Fault.BASE_DAMAGED), ("other", Fault.BASE_DAMAGED)] == faults(storage)


def test_what_lies_in_quarantine_is_not_missing(storage, volume, base):
    storage.blocks.move(Kind.BLOCK, base.digest, Kind.QUARANTINED_BLOCK)

    assert [] == check_volumes(storage)


def test_heads_of_no_volume_are_told_and_kept(storage, volume):
    storage.heads.create("lost.1", SIZE)
    storage.heads.create("begun", 0)
    storage.heads.create("disk.7", SIZE)

    told = faults(storage, repairs=True)

    assert [
        ("begun", Fault.UNFINISHED),
        ("disk", Fault.STRAY),
        ("lost", Fault.STRAY),
    ] == told
    assert {"lost.1", "begun", "disk.7"} <= set(storage.heads.names())
    assert all(each.is_harmless for each in check_volumes(storage))


def test_a_freeze_that_has_begun_is_no_fault(storage, volume):
    storage.heads.create("disk.3", SIZE)

    assert [] == check_volumes(storage)


def test_waste_of_a_closed_volume_is_removed_and_only_if_asked(storage, volume):
    volume.close()
    storage.heads.create("disk.0", SIZE)
    change(storage, waste=(0,))

    assert [("disk", Fault.WASTE)] == faults(storage)
    assert [True] == [each.is_repaired for each in check_volumes(storage, repairs=True)]

    assert [] == check_volumes(storage)
    assert "disk.0" not in storage.heads.names()
    assert b"top" == volumes.open_volume(storage, "disk", epoch=3).read(9, 3)


def test_waste_of_an_open_volume_is_its_writers(storage, volume):
    storage.heads.create("disk.0", SIZE)
    change(storage, waste=(0,))

    assert [] == check_volumes(storage, repairs=True)
    assert "disk.0" in storage.heads.names()
