# SPDX-License-Identifier: Apache-2.0
"""A volume as its guest's QEMU sees it."""

import stat
import struct
import threading

import pytest

from synnefo_blocks import volumes
from synnefo_blocks.nbd import Server
from synnefo_blocks.nbd.protocol import ALLOCATION_ID, CHUNK_ERROR, Command, Flag
from synnefo_core.contracts.storage import CLUSTER_BYTES, StorageFull
from synnefo_core.offload import is_green
from synnefo_core.testing.fakes import MemoryStorage
from tests.services.blocks.nbd_client import NbdClient

pytestmark = pytest.mark.skipif(is_green(), reason="a server is a process of its own, on threads")

SIZE = 100 * CLUSTER_BYTES + 512
FUA = 1


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def volume(storage):
    volumes.create(storage, "disk", SIZE)
    return volumes.open_volume(storage, "disk", epoch=2)


@pytest.fixture
def path(volume, tmp_path):
    server = Server(volume, tmp_path / "disk.sock")
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield tmp_path / "disk.sock"
    server.close()
    thread.join()


@pytest.fixture
def connect(path):
    clients = []

    def call(**rest):
        clients.append(NbdClient(path, **rest))
        clients[-1].export = clients[-1].go()
        return clients[-1]

    yield call
    for client in clients:
        client.close()


def test_the_socket_is_for_its_user_only(path):
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_an_export_says_its_size_and_what_it_can(connect):
    size, flags = connect().export

    assert SIZE == size
    assert Flag.FLUSH | Flag.FUA | Flag.TRIM | Flag.WRITE_ZEROES | Flag.MULTI_CONN == (
        Flag(flags) & ~(Flag.HAS_FLAGS | Flag.DONT_FRAGMENT)
    )


def test_what_one_connection_flushed_another_one_reads(connect, volume):
    one, other = connect(), connect()

    assert 0 == one.call(Command.WRITE, 1000, data=b"hello")
    assert 0 == one.call(Command.FLUSH)

    assert b"\0hello\0" == other.read(999, 7)


def test_many_requests_in_one_message_are_all_answered(connect):
    client = connect()
    writes = [client.request(Command.WRITE, 4096 * n, data=bytes([n]) * 4096) for n in range(100)]

    client.send(b"".join(writes))
    assert {0} == {client.error() for _ in writes}
    client.send(b"".join(client.request(Command.READ, 4096 * n, 4096) for n in range(100)))

    for number in range(100):
        assert 0 == client.error()
        assert bytes([number]) * 4096 == client.take(4096)


def test_a_request_larger_than_the_inbox_comes_through(connect):
    client, data = connect(), b"0123456789abcdef" * (3 * 1024 * 64)

    assert 0 == client.call(Command.WRITE, 5, data=data)

    assert data == client.read(5, len(data))


def test_what_is_written_with_fua_is_flushed(connect, volume, monkeypatch):
    flushed = []
    monkeypatch.setattr(volume, "flush", lambda: flushed.append(True))

    assert 0 == connect().call(Command.WRITE, 0, data=b"x", flags=FUA)

    assert [True] == flushed


def test_trimmed_and_zeroed_ranges_take_no_space(connect, storage):
    client = connect()
    client.call(Command.WRITE, 0, data=b"x" * 4 * CLUSTER_BYTES)

    assert 0 == client.call(Command.TRIM, 0, 2 * CLUSTER_BYTES)
    assert 0 == client.call(Command.WRITE_ZEROES, 2 * CLUSTER_BYTES, 2 * CLUSTER_BYTES)
    assert 0 == client.call(Command.FLUSH)

    assert bytes(4 * CLUSTER_BYTES) == client.read(0, 4 * CLUSTER_BYTES)
    assert 0 == volumes.usage(storage, "disk")


def test_zeros_that_must_have_room_take_it(connect, storage):
    assert 0 == connect().call(Command.WRITE_ZEROES, 0, 2 * CLUSTER_BYTES, flags=2)

    assert 2 * CLUSTER_BYTES == volumes.usage(storage, "disk")


def test_a_client_learns_what_is_there(connect):
    client = connect(is_structured=True)
    client.call(Command.WRITE, CLUSTER_BYTES, data=b"x")

    client.send(client.request(Command.BLOCK_STATUS, 0, 10 * CLUSTER_BYTES))

    _, told = client.chunk()
    extents = struct.unpack(">IIIIIII", told)
    parts = (CLUSTER_BYTES, 3, CLUSTER_BYTES, 0, 8 * CLUSTER_BYTES, 3)
    assert (ALLOCATION_ID, *parts) == extents


def test_structured_replies_carry_data_and_errors(connect):
    client = connect(is_structured=True)
    client.call(Command.WRITE, 10, data=b"data")

    client.send(client.request(Command.READ, 10, 4))
    assert (1, struct.pack(">Q", 10) + b"data") == client.chunk()
    client.send(client.request(Command.READ, SIZE, 1))
    assert (CHUNK_ERROR, struct.pack(">IH", 22, 0)) == client.chunk()


@pytest.mark.parametrize("command", [Command.READ, Command.TRIM, Command.WRITE_ZEROES, 99])
def test_what_is_not_within_the_disk_is_refused_and_the_connection_stays(connect, command):
    client = connect()

    assert 22 == client.call(command, SIZE - 1, 2)

    assert b"\0" == client.read(0, 1)


def test_a_full_store_is_told_as_such(connect, storage):
    client = connect()
    storage.memory.failure = StorageFull("no room")

    error = client.call(Command.WRITE, 0, data=b"x")

    storage.memory.failure = None
    assert 28 == error


def test_a_writer_that_was_replaced_is_told_so(connect, storage):
    client = connect()
    volumes.open_volume(storage, "disk", epoch=3)

    assert 108 == client.call(Command.WRITE, 0, data=b"x")


def test_a_slow_flush_holds_up_nobody(connect, volume, monkeypatch):
    goes_on = threading.Event()
    monkeypatch.setattr(volume, "flush", goes_on.wait)
    client = connect()

    client.send(client.request(Command.FLUSH, cookie=1))
    assert b"\0" == client.read(0, 1)
    goes_on.set()

    assert 0 == client.error()


def test_options_that_nobody_knows_are_refused_and_the_client_goes_on(path):
    client = NbdClient(path)

    assert [0x80000001] == [kind for kind, _ in client.ask(5)]
    assert [0x80000003] == [kind for kind, _ in client.ask(7, b"\xff\xff\xff\xff")]
    assert [0x80000006] == [kind for kind, _ in client.ask(7, struct.pack(">IcH", 1, b"x", 0))]
    assert [2, 1] == [kind for kind, _ in client.ask(3)]
    assert SIZE == client.go()[0]
    client.close()


def test_noise_ends_its_connection_and_no_other(connect):
    good, bad = connect(), connect()

    bad.send(b"x" * 28)

    with pytest.raises(EOFError):
        bad.take(1)
    assert b"\0" == good.read(0, 1)
