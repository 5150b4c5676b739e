# SPDX-License-Identifier: Apache-2.0
"""A volume moves to another store under its clients. Two deaths in CI, 20 with ``SCALE=full``."""

from __future__ import annotations

import os
import random
import subprocess
import threading

import pytest

from synnefo_blocks import volumes
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.offload import make_offload
from synnefo_storage_nfs.driver import NfsStorage
from tests.services.blocks.nbd_client import NbdClient
from tests.system.labs.fixtures import require
from tests.system.labs.waiting import until
from tests.system.nbd_node import SIZE, Node
from tests.system.test_nbd_integrity import Guest, Refused

pytestmark = pytest.mark.system

ROUNDS = 20 if os.environ.get("SCALE", "ci") == "full" else 2
MIB = 1024**2
FIO = [
    "fio",
    "--name=guest",
    "--verify_state_save=0",
    "--ioengine=nbd",
    "--bs=4k",
    "--size=32m",
    "--iodepth=16",
]
VERIFIED = ["--rw=randrw", "--verify=crc32c", "--verify_fatal=1", "--do_verify=1", "--fsync=64"]


@pytest.fixture(scope="module", autouse=True)
def clients():
    require("nbd", "fio")


class Moving(Node):
    """A node with two stores: "nbd", where the volume "disk" is at first, and "other"."""

    def __init__(self, directory, *, lease_s):
        super().__init__(directory, lease_s=lease_s)
        told = self.config.read_text().replace(f"{directory}/store", f"{directory}/store-2")
        self.config.with_name("other.conf").write_text(told)
        (directory / "store-2").mkdir()
        setup = DriverSetup("nfs", {"path": str(directory / "store-2")}, directory)
        self.stores = {"nbd": self.storage, "other": NfsStorage(setup)}
        self.offload = make_offload(2)

    def end(self):
        super().end()
        self.stores["other"].close()
        self.offload.close()

    def where(self):
        return volumes.follow("disk", "nbd", self.stores.__getitem__)

    def ask(self):
        """Have it move to the store where it is not, as the cloud does; return that store."""
        source = self.where()
        (target,) = self.stores.keys() - {source}
        base = volumes.show(self.stores[source], "disk").base
        volumes.expect(self.stores[target], "disk", size_bytes=SIZE, base=base, source=source)
        volumes.ask_to_move(self.stores[source], "disk", target)
        return target

    def connected(self):
        client = NbdClient(self.socket)
        client.socket.settimeout(120)
        client.go()
        return client


@pytest.fixture
def node(tmp_path):
    made = Moving(tmp_path, lease_s=3)
    yield made
    made.end()


def test_fio_verifies_what_it_wrote_while_the_disk_moved(node, tmp_path):
    node.serve()
    subprocess.run(
        [*FIO, "--rw=write", "--end_fsync=1", f"--uri={node.uri}"], check=True, timeout=120
    )
    moved = []
    with (tmp_path / "fio").open("w") as said:
        command = [*FIO, *VERIFIED, "--time_based", "--runtime=8", f"--uri={node.uri}"]
        fio = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            while fio.poll() is None and len(moved) < 2:
                target = node.ask()
                until(lambda: node.where() == target, "the volume to move", within_s=120)  # noqa: B023
                moved.append(target)
            status = fio.wait(timeout=120)
        finally:
            fio.kill()

    assert 0 == status, (tmp_path / "fio").read_text()
    assert moved
    findings = [each for store in node.stores.values() for each in volumes.check_volumes(store)]
    assert not [each for each in findings if not each.is_harmless]


def test_a_server_may_die_at_any_moment_of_a_move(node):
    guest = Guest()
    for _ in range(ROUNDS):
        server = node.serve()
        client = node.connected()
        guest.verify(client)
        target = node.ask()
        death = threading.Timer(random.uniform(0.3, 2.0), server.kill)
        death.start()
        with pytest.raises((EOFError, OSError, Refused)):
            guest.run(client)
        death.join()
        server.wait()
        client.close()

        # Whoever serves it next goes on with the move, if it was not done.
        node.serve()
        client = node.connected()
        guest.verify(client)
        until(lambda: node.where() == target, "the volume to move", within_s=120)  # noqa: B023
        guest.verify(client)
        client.close()
        names = {name for name, store in node.stores.items() if list(volumes.names(store))}
        assert {target} == names

    assert guest.flushed
