# SPDX-License-Identifier: Apache-2.0
"""What was flushed is there, whenever the server dies. Three deaths in CI, 20 with ``SCALE=full``."""

from __future__ import annotations

import os
import random
import struct
import threading
from itertools import count

import pytest

from synnefo_blocks import volumes
from synnefo_blocks.nbd.protocol import Command
from tests.services.blocks.nbd_client import NbdClient
from tests.system.labs.fixtures import require
from tests.system.nbd_node import Node

pytestmark = pytest.mark.system

ROUNDS = 20 if os.environ.get("SCALE", "ci") == "full" else 3
BLOCK_BYTES, CLUSTER_BLOCKS = 4096, 16
BLOCKS = 24 * CLUSTER_BLOCKS
AT_ONCE = 8


@pytest.fixture(scope="module", autouse=True)
def clients():
    require("nbd")


@pytest.fixture
def node(tmp_path):
    made = Node(tmp_path, lease_s=3)
    yield made
    made.end()


class Refused(Exception):
    """A request was answered with an error."""


class Guest:
    """Writes and discards at random, and knows what each block may read as.

    Attributes:
        flushed: What each block held at the last flush that was acknowledged.
        since: What was sent for it after that.
    """

    def __init__(self):
        self.flushed, self.since = {}, {}
        self.values = count(1)

    def run(self, client):
        """Go on until the server is gone."""
        while True:
            for _ in range(random.randrange(1, 4)):
                self.discard(client) if random.random() < 0.2 else self.write(client)
            self.flush(client)

    def write(self, client):
        chosen = {block: next(self.values) for block in random.sample(range(BLOCKS), AT_ONCE)}
        requests = []
        for block, value in chosen.items():
            self.since.setdefault(block, []).append(value)
            data = filled(value)
            requests.append(client.request(Command.WRITE, block * BLOCK_BYTES, data=data))
        client.send(b"".join(requests))
        answered(client, len(requests))

    def discard(self, client):
        first = random.randrange(BLOCKS // CLUSTER_BLOCKS) * CLUSTER_BLOCKS
        for block in range(first, first + CLUSTER_BLOCKS):
            self.since.setdefault(block, []).append(0)
        at, length = first * BLOCK_BYTES, CLUSTER_BLOCKS * BLOCK_BYTES
        client.send(client.request(Command.TRIM, at, length))
        answered(client, 1)

    def flush(self, client):
        client.send(client.request(Command.FLUSH))
        answered(client, 1)
        self.flushed |= {block: values[-1] for block, values in self.since.items()}
        self.since = {}

    def verify(self, client):
        """Read all; what is there now is what the next round begins with."""
        for block in range(BLOCKS):
            found = client.read(block * BLOCK_BYTES, BLOCK_BYTES)
            allowed = [self.flushed.get(block, 0), *self.since.get(block, [])]
            (value,) = [each for each in allowed if filled(each) == found][:1]
            self.flushed[block] = value
        self.since = {}


def answered(client, number):
    for _ in range(number):
        if client.error():
            raise Refused


def filled(value):
    return struct.pack(">Q", value) * (BLOCK_BYTES // 8)


def test_what_was_flushed_is_there_after_each_death(node):
    guest = Guest()
    for _ in range(ROUNDS):
        server = node.serve()
        client = NbdClient(node.socket)
        client.go()
        guest.verify(client)
        death = threading.Timer(random.uniform(0.1, 1.5), server.kill)
        death.start()
        # A machine that stands still for longer than the lease lets the server end by itself.
        with pytest.raises((EOFError, OSError, Refused)):
            guest.run(client)
        death.join()
        server.wait()
        client.close()

    node.serve()
    client = NbdClient(node.socket)
    client.go()
    guest.verify(client)
    client.close()

    assert guest.flushed
    assert not [each for each in volumes.check_volumes(node.storage) if not each.is_harmless]


def test_of_two_servers_the_later_one_alone_writes(node, tmp_path):
    old_guest = Guest()
    old = node.serve()
    old_client = NbdClient(node.socket)
    old_client.go()
    writing = threading.Thread(target=run_until_refused, args=(old_guest, old_client))
    writing.start()

    node.serve(tmp_path / "other.sock")
    client = NbdClient(tmp_path / "other.sock")
    client.go()
    writing.join(60)
    assert not writing.is_alive()
    old_guest.verify(client)
    guest = Guest()
    for _ in range(20):
        guest.write(client)
    guest.flush(client)
    before = [client.read(block * BLOCK_BYTES, BLOCK_BYTES) for block in range(BLOCKS)]
    assert 3 == old.wait(timeout=60)

    after = [client.read(block * BLOCK_BYTES, BLOCK_BYTES) for block in range(BLOCKS)]
    assert before == after
    client.close()
    old_client.close()


def run_until_refused(guest, client):
    try:
        guest.run(client)
    except (EOFError, OSError, Refused):
        return
