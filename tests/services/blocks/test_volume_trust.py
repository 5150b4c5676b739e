# SPDX-License-Identifier: Apache-2.0
"""A guest gets at nothing that is not on its own disk, whatever it does with that."""

from __future__ import annotations

import hashlib
import io
import os
import struct

import pytest

from synnefo_blocks import Reader, volumes, write
from synnefo_blocks.volumes import Fault, check_volumes
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import CLUSTER_BYTES, Kind
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_storage_nfs.driver import NfsStorage

C = CLUSTER_BYTES
SIZE = 8 * C
SECRET = b"another tenant's "


def make_memory(_directory):
    return MemoryStorage()


def make_nfs(directory):
    settings = {"path": str(directory / "store"), "fsync": False}
    return NfsStorage(DriverSetup("nfs", settings, directory))


@pytest.fixture(params=[make_memory, make_nfs], ids=["memory", "nfs"])
def storage(request, tmp_path):
    made = request.param(tmp_path)
    yield made
    made.close()


@pytest.fixture
def secret(storage):
    """Make a volume of somebody else, full of what nobody else may read."""
    volumes.create(storage, "theirs", SIZE)
    theirs = volumes.open_volume(storage, "theirs", epoch=2)
    theirs.write(0, (SECRET * (SIZE // len(SECRET) + 1))[:SIZE])
    theirs.flush()
    return theirs


@pytest.fixture
def mine(storage):
    volumes.create(storage, "mine", SIZE)
    return volumes.open_volume(storage, "mine", epoch=2)


def test_what_was_never_written_reads_as_zeros(secret, mine):
    mine.write(3 * C + 100, b"x")

    assert bytes(3 * C + 100) + b"x" + bytes(5 * C - 101) == mine.read(0, SIZE)


def test_what_was_discarded_reads_as_zeros_before_and_after_the_flush(storage, offload, mine):
    base = write(storage, offload, io.BytesIO(os.urandom(SIZE)).read).reference
    volumes.create(storage, "clone", SIZE, base=base)
    clone = volumes.open_volume(storage, "clone", epoch=2)
    clone.write(0, b"w" * 2 * C)
    clone.flush()

    clone.zero(0, 4 * C)
    assert bytes(4 * C) == clone.read(0, 4 * C)
    clone.flush()
    assert bytes(4 * C) == clone.read(0, 4 * C)
    clone.write(C + 5, b"new")

    assert bytes(C + 5) + b"new" + bytes(3 * C - 8) == clone.read(0, 4 * C)
    clone.close()
    again = volumes.open_volume(storage, "clone", epoch=3)
    assert bytes(C + 5) + b"new" + bytes(3 * C - 8) == again.read(0, 4 * C)


def test_room_that_another_volume_gave_back_reads_as_zeros(storage, secret, mine):
    secret.zero(0, SIZE)
    secret.flush()
    secret.close()
    volumes.delete(storage, "theirs")

    for cluster in range(8):
        mine.write(cluster * C + 7, b"x")
    mine.flush()

    assert (bytes(7) + b"x" + bytes(C - 8)) * 8 == mine.read(0, SIZE)


def test_a_volume_of_a_name_that_was_there_before_begins_empty(storage, secret):
    secret.freeze()
    secret.close()
    volumes.delete(storage, "theirs")

    volumes.create(storage, "theirs", SIZE)

    assert bytes(SIZE) == volumes.open_volume(storage, "theirs", epoch=2).read(0, SIZE)


def test_what_a_volume_grew_by_reads_as_zeros(storage, offload, secret):
    base = write(storage, offload, io.BytesIO(os.urandom(C // 2)).read).reference
    volumes.create(storage, "small", C // 2, base=base)
    small = volumes.open_volume(storage, "small", epoch=2)
    small.write(10, b"x")

    small.grow(SIZE)

    assert bytes(SIZE - C // 2) == small.read(C // 2, SIZE - C // 2)


def test_clones_do_not_see_one_another_nor_what_is_written_after_the_snapshot(
    storage, offload, mine
):
    mine.write(0, b"shared")
    number = mine.freeze()
    reference = volumes.seal_layers(storage, offload, "mine", number)
    for name in ("one", "two"):
        volumes.create(storage, name, SIZE, base=reference)
    one = volumes.open_volume(storage, "one", epoch=2)
    two = volumes.open_volume(storage, "two", epoch=2)

    mine.write(0, b"MINE")
    one.write(2 * C, SECRET)
    one.zero(0, C)
    one.flush()

    assert b"shared" == two.read(0, 6)
    assert bytes(SIZE - C) == two.read(C, SIZE - C)


def test_a_digest_or_a_reference_on_the_disk_names_nothing(storage, offload, secret, mine):
    """A guest may write what the store's own records look like: it stays bytes."""
    number = secret.freeze()
    reference = volumes.seal_layers(storage, offload, "theirs", number)
    record = storage.heads.read_control("theirs")
    content = (reference.digest + str(reference).encode() + record).ljust(C, b"\0")
    mine.write(0, content)
    sealed = volumes.seal_layers(storage, offload, "mine", mine.freeze())

    found = b"".join(Reader(storage, offload, sealed).read())

    assert content + bytes(SIZE - C) == found
    assert content == mine.read(0, C)
    assert SECRET not in found


def test_a_disk_that_looks_like_a_map_is_sealed_as_a_block(storage, offload, mine):
    base = write(storage, offload, io.BytesIO(os.urandom(SIZE)).read).reference
    (entry,) = [each.digest for each in storage.blocks.entries(Kind.BLOCK)]
    mine.write(0, entry * (SIZE // len(entry)))

    sealed = volumes.seal_layers(storage, offload, "mine", mine.freeze())

    assert hashlib.sha256(entry * (SIZE // len(entry))).digest() == sealed.digest
    assert base.digest != sealed.digest
    assert [] == check_volumes(storage)


def test_a_disk_that_looks_like_qcow2_is_bytes_like_any_other(storage, offload, mine):
    """Nothing between guest and store guesses formats: no backing file is ever looked for."""
    backing = b"/etc/passwd"
    head = struct.pack(">4sIQIIQ", b"QFI\xfb", 3, 512, len(backing), 16, 1 << 40)
    disk = (head.ljust(512, b"\0") + backing).ljust(C, b"\0")
    mine.write(0, disk)
    sealed = volumes.seal_layers(storage, offload, "mine", mine.freeze())
    volumes.create(storage, "clone", SIZE, base=sealed)
    clone = volumes.open_volume(storage, "clone", epoch=2)

    assert SIZE == sealed.size_bytes
    assert disk + bytes(SIZE - C) == b"".join(Reader(storage, offload, sealed).read())
    assert disk + bytes(SIZE - C) == clone.read(0, SIZE) == mine.read(0, SIZE)


def test_the_marks_of_a_head_are_out_of_reach(storage, mine):
    """They lie before the data: no offset of a guest leads there."""
    mine.write(0, b"\1" * C)
    mine.flush()

    for offset in (-1, -C, -(1 << 30), SIZE, SIZE - 1, 1 << 62):
        with pytest.raises(ValueError):
            mine.write(offset, b"\2\2")
        with pytest.raises(ValueError):
            mine.read(offset, 2)

    assert not [each for each in check_volumes(storage) if each.fault is Fault.HEAD_DAMAGED]
