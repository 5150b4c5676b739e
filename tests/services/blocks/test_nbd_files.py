# SPDX-License-Identifier: Apache-2.0
"""Long reads of what lies beneath a volume go from the store's files to the socket."""

import os
import random
import threading

import pytest

from synnefo_blocks import volumes, write
from synnefo_blocks.nbd import Server
from synnefo_blocks.nbd.protocol import (
    CHUNK,
    CHUNK_DATA,
    CHUNK_DONE,
    CHUNK_ERROR,
    CHUNK_MAGIC,
    CHUNK_NONE,
    Command,
)
from synnefo_blocks.volumes.view import View
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import CLUSTER_BYTES, Kind
from synnefo_core.offload import ThreadOffload, is_green
from synnefo_storage_nfs.driver import NfsStorage
from tests.services.blocks.nbd_client import NbdClient

pytestmark = pytest.mark.skipif(is_green(), reason="a server is a process of its own, on threads")

BLOCK = 4 * CLUSTER_BYTES
SIZE = 5 * BLOCK
DATA = random.Random(7).randbytes(2 * BLOCK - CLUSTER_BYTES)
CONTENT = DATA + bytes(CLUSTER_BYTES + BLOCK) + b"end" * 10_000
"""A block, one whose file is shorter since zeros end it, one of zeros, and the beginning of one."""


@pytest.fixture
def storage(tmp_path):
    config = {"path": str(tmp_path / "store"), "block_bytes": BLOCK}
    storage = NfsStorage(DriverSetup("nfs", config, tmp_path))
    yield storage
    storage.close()


@pytest.fixture
def volume(storage):
    left = memoryview(CONTENT)

    def read(count):
        nonlocal left
        piece, left = left[:count], left[count:]
        return bytes(piece)

    offload = ThreadOffload(1)
    base = write(storage, offload, read).reference
    offload.close()
    volumes.create(storage, "disk", SIZE, base=base)
    return volumes.open_volume(storage, "disk", epoch=2)


@pytest.fixture
def client(volume, tmp_path):
    server = Server(volume, tmp_path / "disk.sock")
    thread = threading.Thread(target=server.serve)
    thread.start()
    client = NbdClient(tmp_path / "disk.sock", is_structured=True)
    client.go()
    yield client
    client.close()
    server.close()
    thread.join()


def read(client, offset, length):
    """Return what a read brings, and whether it was answered without an error."""
    client.send(client.request(Command.READ, offset, length))
    content = bytearray(length)
    while True:
        magic, flags, kind, _, size = CHUNK.unpack(client.take(CHUNK.size))
        body = client.take(size)
        assert CHUNK_MAGIC == magic
        if kind == CHUNK_DATA:
            at = int.from_bytes(body[:8], "big") - offset
            content[at : at + size - 8] = body[8:]
        if flags & CHUNK_DONE:
            assert kind in (CHUNK_DATA, CHUNK_NONE, CHUNK_ERROR)
            return bytes(content), kind != CHUNK_ERROR


def opened(client):
    """Have the server read a little of each block, so that it has their files open."""
    for offset in range(0, len(CONTENT), BLOCK):
        read(client, offset, 512)


def test_a_long_read_brings_what_is_beneath_and_what_was_written_over_it(client):
    expected = bytearray(CONTENT.ljust(SIZE, b"\0"))
    opened(client)
    for at in (CLUSTER_BYTES, 2 * CLUSTER_BYTES - 1, BLOCK + 5, 3 * BLOCK, SIZE - 7):
        data = os.urandom(7)
        assert 0 == client.call(Command.WRITE, at, data=data)
        expected[at : at + 7] = data
    assert 0 == client.call(Command.TRIM, BLOCK + 2 * CLUSTER_BYTES, CLUSTER_BYTES)
    expected[BLOCK + 2 * CLUSTER_BYTES : BLOCK + 3 * CLUSTER_BYTES] = bytes(CLUSTER_BYTES)

    for offset, length in ((0, SIZE), (1, BLOCK), (BLOCK - 3, BLOCK + 6), (3, 2 * BLOCK - 3)):
        assert (bytes(expected[offset : offset + length]), True) == read(client, offset, length)


def test_what_is_beneath_is_read_in_no_other_way(client, monkeypatch):
    opened(client)
    monkeypatch.setattr(View, "read", None)

    assert (DATA[7:], True) == read(client, 7, len(DATA) - 7)


def test_where_a_file_is_shorter_than_its_block_there_are_zeros(client):
    opened(client)

    assert (CONTENT[: 2 * BLOCK], True) == read(client, 0, 2 * BLOCK)


def test_a_file_that_ends_too_early_is_an_error_and_the_client_goes_on(client, volume):
    opened(client)
    (part,) = volume.parts(BLOCK, 2 * CLUSTER_BYTES)
    os.truncate(f"/proc/self/fd/{part.descriptor}", CLUSTER_BYTES)

    _, is_good = read(client, BLOCK, 2 * CLUSTER_BYTES)

    assert not is_good
    assert (CONTENT[:BLOCK], True) == read(client, 0, BLOCK)


def test_a_block_that_was_removed_while_it_was_read_stays_readable(client, storage):
    opened(client)
    for entry in list(storage.blocks.entries(Kind.BLOCK)):
        storage.blocks.delete(Kind.BLOCK, entry.digest)

    assert (CONTENT[:BLOCK], True) == read(client, 0, BLOCK)
