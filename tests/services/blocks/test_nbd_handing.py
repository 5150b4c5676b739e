# SPDX-License-Identifier: Apache-2.0
"""A server is replaced, and its clients go on with the next one."""

from __future__ import annotations

import struct
import threading

import pytest

from synnefo_blocks import volumes
from synnefo_blocks.nbd import Server, handing
from synnefo_blocks.nbd.protocol import CHUNK_DATA, Command
from synnefo_core.contracts.storage import CLUSTER_BYTES, Fenced
from synnefo_core.offload import is_green
from synnefo_core.testing.fakes import MemoryStorage
from tests.services.blocks.nbd_client import NbdClient

pytestmark = pytest.mark.skipif(is_green(), reason="a server is a process of its own, on threads")

SIZE = 100 * CLUSTER_BYTES


class Process:
    """A server as a process has it, here without one."""

    def __init__(self, volume, path, taken=None):
        self.volume, self.is_left = volume, threading.Event()
        self.server = Server(volume, path, taken)
        self.thread = threading.Thread(target=self.server.serve)
        self.thread.start()
        self.door = handing.Door(volume, self.server, path, self.is_left.set)

    def end(self):
        self.door.close()
        self.server.close()
        self.thread.join()


@pytest.fixture
def storage():
    storage = MemoryStorage()
    volumes.create(storage, "disk", SIZE)
    return storage


@pytest.fixture
def path(tmp_path):
    return tmp_path / "disk.sock"


@pytest.fixture
def first(storage, path):
    process = Process(volumes.open_volume(storage, "disk", epoch=2), path)
    yield process
    process.end()


@pytest.fixture
def take_over(storage, path, first):
    taken = []

    def call():
        old = taken[-1] if taken else first
        offered = handing.ask(path)
        volume = volumes.adopt(storage, "disk", epoch=offered.epoch)
        offered.take()
        taken.append(Process(volume, path, offered.taken))
        assert old.is_left.wait(30)
        return taken[-1]

    yield call
    for process in taken:
        process.end()


@pytest.fixture
def client(first, path):
    client = NbdClient(path)
    client.go()
    yield client
    client.close()


def test_a_client_goes_on_with_what_it_wrote(client, take_over):
    assert 0 == client.call(Command.WRITE, 1000, data=b"hello")

    for number in range(3):
        take_over()
        assert b"hello" == client.read(1000, 5)
        assert 0 == client.call(Command.WRITE, 5000 + number, data=b"again")
        assert b"again" == client.read(5000 + number, 5)


def test_half_a_request_is_taken_over_and_answered_once(client, take_over):
    request = client.request(Command.WRITE, 0, data=b"whole", cookie=5)
    client.send(request[:10])

    take_over()
    client.send(request[10:])

    assert 0 == client.error()
    assert b"whole" == client.read(0, 5)


def test_what_was_agreed_on_stays(path, first, take_over):
    client = NbdClient(path, is_structured=True)
    client.go()

    take_over()
    client.send(client.request(Command.READ, 10, 4))

    assert (CHUNK_DATA, struct.pack(">Q", 10) + bytes(4)) == client.chunk()
    client.close()


def test_new_clients_come_to_the_new_server(path, client, take_over):
    taken = take_over()
    taken.volume.write(0, b"by the new one")

    other = NbdClient(path)
    other.go()

    assert b"by the new one" == other.read(0, 14)
    other.close()


def test_the_old_writer_writes_nothing_more_and_the_volume_stays_open(storage, first, take_over):
    take_over()

    with pytest.raises(Fenced):
        first.volume.write(0, b"late")
    first.volume.close()

    assert volumes.show(storage, "disk").is_open


def test_without_a_ready_the_old_one_serves_on(path, first, client, take_over):
    offered = handing.ask(path)
    offered.decline()

    assert 0 == client.call(Command.WRITE, 0, data=b"still here")
    assert not first.is_left.is_set()
    take_over()
    assert b"still here" == client.read(0, 10)


@pytest.mark.parametrize("epoch", [1, 3])
def test_a_volume_of_another_writer_is_not_adopted(storage, first, epoch):
    with pytest.raises(Fenced):
        volumes.adopt(storage, "disk", epoch=epoch)


def test_a_closed_volume_is_not_adopted(storage, first):
    first.volume.close()

    with pytest.raises(Fenced):
        volumes.adopt(storage, "disk", epoch=2)
