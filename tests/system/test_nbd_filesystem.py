# SPDX-License-Identifier: Apache-2.0
"""A file system on a volume whose server is killed at random. Three deaths in CI, 20 with ``SCALE=full``.

A client changes files step by step, as a journal does: it writes the blocks of a step and flushes, and
then the step counts. After each death all steps that counted are there to the last byte, the one
under way is done again, and the file system's own check finds nothing.
"""

from __future__ import annotations

import os
import random
import threading

import pytest

from synnefo_blocks import volumes
from synnefo_blocks.nbd.protocol import Command
from tests.services.blocks.nbd_client import NbdClient
from tests.services.object_store import disks
from tests.system.labs.fixtures import require
from tests.system.nbd_node import SIZE, Node, run

pytestmark = pytest.mark.system

ROUNDS = 20 if os.environ.get("SCALE", "ci") == "full" else 3
BLOCK_BYTES, MIB = 4096, 1024**2


@pytest.fixture(scope="module", autouse=True)
def tools():
    require("nbd", "disks")


@pytest.fixture
def node(tmp_path):
    made = Node(tmp_path, lease_s=3)
    yield made
    made.end()


class Guest:
    """Writes a file system's changes.

    Attributes:
        there: What the volume held after the last flush that was acknowledged.
        wanted: What it will hold after the next one.
    """

    def __init__(self, mirror):
        self.mirror, self.steps = mirror, 0
        self.there = bytes(SIZE)
        self.wanted = mirror.read_bytes()

    def change(self):
        """Have some files more and one less, in the mirror only."""
        self.steps += 1
        content = self.mirror.with_name("content")
        content.write_bytes(random.randbytes(random.randrange(1, 300_000)))
        requests = [f"write {content} file-{self.steps}", f"mkdir folder-{self.steps}"]
        if self.steps > 3:
            requests.append(f"rm file-{self.steps - 3}")
        script = "\n".join(requests).encode()
        disks.run("debugfs", "-w", "-f", "-", str(self.mirror), stdin=script)
        self.wanted = self.mirror.read_bytes()

    def blocks(self):
        """Return the offsets of what is not there yet, in no order."""
        offsets = [
            at
            for at in range(0, SIZE, BLOCK_BYTES)
            if self.there[at : at + BLOCK_BYTES] != self.wanted[at : at + BLOCK_BYTES]
        ]
        random.shuffle(offsets)
        return offsets

    def commit(self, client):
        """Write a step; it counts once the flush is acknowledged."""
        for at in self.blocks():
            data = self.wanted[at : at + BLOCK_BYTES]
            assert 0 == client.call(Command.WRITE, at, data=data)
        assert 0 == client.call(Command.FLUSH)
        self.there = self.wanted

    def run(self, client):
        """Go on until the server is gone."""
        while True:
            self.commit(client)
            self.change()

    def verify(self, client):
        """See that each block is of the last step that counted, or of the one under way."""
        found = b"".join(client.read(at, MIB) for at in range(0, SIZE, MIB))
        under_way = set(self.blocks())
        for at in range(0, SIZE, BLOCK_BYTES):
            block = found[at : at + BLOCK_BYTES]
            is_new = at in under_way and block == self.wanted[at : at + BLOCK_BYTES]
            assert is_new or block == self.there[at : at + BLOCK_BYTES], at
        self.there = found


def connected(node):
    client = NbdClient(node.socket)
    client.socket.settimeout(120)
    client.go()
    return client


def test_a_file_system_is_whole_after_each_death(node, tmp_path):
    guest = Guest(disks.ext4(tmp_path / "mirror", disks.tree(tmp_path / "tree"), mib=SIZE // MIB))
    for number in range(ROUNDS):
        server = node.serve()
        client = connected(node)
        guest.verify(client)
        death = threading.Timer(random.uniform(0.2, 1.5), server.kill)
        death.start()
        with pytest.raises((EOFError, OSError)):
            guest.run(client)
        death.join()
        server.wait()
        client.close()

        node.serve()
        client = connected(node)
        guest.verify(client)
        guest.commit(client)
        client.close()
        copy = tmp_path / f"copy-{number}"
        run("nbdcopy", node.uri, str(copy))

        assert guest.wanted == copy.read_bytes()
        disks.run("e2fsck", "-f", "-n", str(copy))
        copy.unlink()

    assert not [each for each in volumes.check_volumes(node.storage) if not each.is_harmless]
