# SPDX-License-Identifier: Apache-2.0
"""``synnefo-nbd`` and the clients that guests and operators use: QEMU's and libnbd's."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from synnefo_blocks import volumes
from synnefo_blocks.nbd.protocol import Command
from tests.services.blocks.nbd_client import NbdClient
from tests.system.labs.fixtures import require
from tests.system.labs.waiting import until
from tests.system.nbd_node import MIB, SIZE, Node, run

pytestmark = pytest.mark.system


@pytest.fixture(scope="module", autouse=True)
def clients():
    require("nbd")


@pytest.fixture
def node(tmp_path):
    made = Node(tmp_path, lease_s=5)
    yield made
    made.end()


def test_libnbd_copies_a_disk_in_and_out_and_sees_its_holes(node, tmp_path):
    node.serve()
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(os.urandom(5 * MIB) + bytes(20 * MIB) + os.urandom(3 * MIB))
    os.truncate(source, SIZE)

    run("nbdcopy", "--flush", str(source), node.uri)
    run("nbdcopy", node.uri, str(back))

    assert source.read_bytes() == back.read_bytes()
    found = json.loads(run("nbdinfo", "--json", node.uri))["exports"][0]
    assert (SIZE, True, True, True) == (
        found["export-size"],
        found["can_multi_conn"],
        found["can_fua"],
        found["can_trim"],
    )
    holes = [
        part for part in json.loads(run("nbdinfo", "--map", "--json", node.uri)) if part["type"]
    ]
    assert 50 * MIB < sum(part["length"] for part in holes)


def test_qemu_writes_zeroes_discards_and_verifies(node):
    node.serve()

    told = node.io(
        "write -P 1 0 1M",
        "write -P 2 100k 4k",
        "aio_write -P 3 2M 1M",
        "aio_flush",
        "write -z -u 512k 128k",
        "discard 768k 64k",
        "flush",
        "read -P 1 0 100k",
        "read -P 2 100k 4k",
        "read -P 3 2M 1M",
        "read -P 0 512k 128k",
        "read -P 0 768k 64k",
        "read -P 0 10M 1M",
    )

    assert "verification failed" not in told
    assert "error" not in told.lower()


def test_what_was_flushed_survives_kill(node):
    server = node.serve()
    node.io("write -P 7 0 3M", "flush")

    server.send_signal(signal.SIGKILL)
    server.wait()
    node.serve()

    assert "verification failed" not in node.io("read -P 7 0 3M")


def test_a_server_that_another_one_followed_ends_and_lets_nothing_through(node, tmp_path):
    old = node.serve()
    node.io("write -P 1 0 64k", "flush")

    node.serve(tmp_path / "other.sock")

    assert 3 == old.wait(timeout=30)
    told = run("nbdinfo", "--size", f"nbd+unix:///?socket={tmp_path}/other.sock")
    assert str(SIZE) == told.strip()


def test_the_command_closes_when_it_is_told_to_end(node):
    node.serve().terminate()

    assert 0 == node.running[0].wait(timeout=30)
    assert not volumes.show(node.storage, "disk").is_open
    assert not node.socket.exists()


def test_a_server_is_replaced_ten_times_while_a_guest_writes_and_verifies(node):
    old = node.serve()
    until(node.door.exists, "the first server", within_s=60)
    guest = subprocess.Popen([sys.executable, "-m", "tests.system.nbd_guest", str(node.socket)])
    node.running.append(guest)

    for _ in range(10):
        old = node.take_over(old)
    guest.send_signal(signal.SIGINT)

    assert 0 == guest.wait(timeout=120)
    assert old.poll() is None
    assert str(SIZE) == run("nbdinfo", "--size", node.uri).strip()


def test_a_server_serves_on_when_who_asked_it_to_hand_over_dies(node):
    server = node.serve()
    until(node.door.exists, "the server", within_s=60)
    guest = NbdClient(node.socket)
    guest.go()
    assert 0 == guest.call(Command.WRITE, 0, data=b"before")

    for _ in range(3):
        other = socket.socket(socket.AF_UNIX)
        other.connect(str(node.door))
        assert other.recv(1)
        other.close()
        assert b"before" == guest.read(0, 6)
        assert 0 == guest.call(Command.WRITE, 4096, data=b"after")

    assert server.poll() is None
    guest.close()
    assert node.take_over(server).poll() is None
