# SPDX-License-Identifier: Apache-2.0
"""Who serves a disk says how much its clients used it."""

from __future__ import annotations

import json
import threading

import pytest

from synnefo_blocks import volumes
from synnefo_blocks.nbd import Server, handing
from synnefo_blocks.nbd.protocol import Command
from synnefo_core.contracts.figures import used_at
from synnefo_core.contracts.storage import CLUSTER_BYTES
from synnefo_core.offload import is_green
from synnefo_core.testing.fakes import MemoryStorage
from tests.services.blocks.nbd_client import NbdClient
from tests.system.labs.waiting import until

pytestmark = pytest.mark.skipif(is_green(), reason="a server is a process of its own, on threads")

NOTHING = {"read_bytes": 0, "write_bytes": 0, "reads": 0, "writes": 0}


class Serving:
    """A server with its clients."""

    def __init__(self, path, volume, taken=None) -> None:
        self.path, self.volume = path, volume
        self.server = Server(volume, path, taken)
        self._thread = threading.Thread(target=self.server.serve)
        self._thread.start()
        self._clients = []

    def connect(self):
        client = NbdClient(self.path)
        client.go()
        self._clients.append(client)
        return client

    def told(self):
        """Return what is written down now; None without a file."""
        self.server.tell()
        file = used_at(self.path)
        return json.loads(file.read_text()) if file.exists() else None

    def leave(self, client):
        """Have a client go, and wait until the server has seen that."""
        with_it = len(self.server._sessions)  # nothing else tells
        client.close()
        until(lambda: len(self.server._sessions) < with_it, "the end", within_s=30)

    def end(self):
        for client in self._clients:
            client.close()
        self.server.close()
        self._thread.join()


@pytest.fixture
def serving(tmp_path):
    storage = MemoryStorage()
    volumes.create(storage, "disk", 100 * CLUSTER_BYTES)
    made = Serving(tmp_path / "disk.sock", volumes.open_volume(storage, "disk", epoch=2))
    yield made
    made.end()


def test_what_is_read_and_written_is_counted(serving):
    client = serving.connect()
    assert NOTHING == serving.told()

    for number in range(3):
        assert 0 == client.call(Command.WRITE, number * 4096, data=bytes(4096))
    client.read(0, 512)
    assert 0 == client.call(Command.TRIM, 0, 4096)
    assert 0 == client.call(Command.FLUSH)

    assert {"read_bytes": 512, "write_bytes": 12288, "reads": 1, "writes": 3} == serving.told()


def test_what_was_refused_is_not(serving):
    client = serving.connect()

    assert 0 != client.call(Command.WRITE, 100 * CLUSTER_BYTES, data=bytes(512))
    assert 0 != client.call(Command.READ, 100 * CLUSTER_BYTES, 512)

    assert NOTHING == serving.told()


def test_all_clients_count_until_all_have_gone(serving):
    first, second = serving.connect(), serving.connect()
    for client in (first, second):
        client.read(0, 512)

    serving.leave(first)

    assert 2 == serving.told()["reads"]
    serving.leave(second)
    assert serving.told() is None
    third = serving.connect()
    third.read(0, 512)
    assert 1 == serving.told()["reads"]


def test_nothing_is_left_behind(serving, tmp_path):
    serving.connect()
    serving.told()

    serving.end()

    assert [] == sorted(tmp_path.glob("*used*"))


def test_what_one_that_was_killed_said_is_not_the_next_ones(serving, tmp_path):
    used_at(tmp_path / "other.sock").write_text(json.dumps({**NOTHING, "reads": 9}))

    other = Serving(tmp_path / "other.sock", serving.volume)

    assert other.told() is None
    other.end()


def test_the_next_process_begins_again_and_keeps_its_file(serving):
    client, left = serving.connect(), threading.Event()
    client.read(0, 512)
    door = handing.Door(serving.volume, serving.server, serving.path, left.set)
    offered = handing.ask(serving.path)
    offered.take()
    following = Serving(serving.path, serving.volume, offered.taken)
    told = following.told()
    assert left.wait(30)
    door.close()

    assert NOTHING == told == following.told()
    following.end()
