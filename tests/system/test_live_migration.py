# SPDX-License-Identifier: Apache-2.0
"""A guest moves between two nodes while it writes, on a volume that one of them may write.

Two QEMUs stand for the nodes, and the provider is asked what Ganeti asks of it. The node that the guest
leaves hangs at the end of the move, and is refused when it comes to.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from synnefo_blocks import volumes
from synnefo_blocks.nbd.protocol import Command
from synnefo_core.contracts.storage import CLUSTER_BYTES
from tests.plugins.node_ganeti.volume_node import MIB, SHORT_S, TICKET, Cloud, Node
from tests.services.blocks.nbd_client import NbdClient
from tests.system.labs import guest
from tests.system.labs.fixtures import require
from tests.system.labs.processes import hold
from tests.system.labs.waiting import until
from tests.system.qemu import GUEST_S, Qemu

pytestmark = pytest.mark.system

SECTOR = 512
TOGETHER = 4
VOLUME_BYTES = 256 * MIB
WRITER = (
    f"mkdir /writer && i=0 && while s=$((i/{TOGETHER}*{CLUSTER_BYTES // SECTOR}+i%{TOGETHER})) &&"
    " printf '%-511d\\n' $i | dd of=/dev/vda bs=512 seek=$s conv=fsync,notrunc 2>/writer/error;"
    " do i=$((i+1)); echo $i > /writer/draft; mv /writer/draft /writer/acked; done"
)
"""Writes sectors, a few in each cluster, flushes, and notes how many were acknowledged; ends at a
fault. A sector is written with the rest of its page, so what is read wrong is lost. Once at most: a
guest that is slow to answer is asked twice."""


class Host(Qemu):
    """A node, and the QEMU on it."""

    def __init__(self, node: Node, image: Path) -> None:
        super().__init__(node.config.parent, image)
        self.node = node

    def boot(self, *more: str) -> None:
        """Start the guest on the volume, or a QEMU that waits for one."""
        self.start(Path(self.node.do("attach").socket), *more)

    def acked(self) -> int:
        """Return how many sectors were acknowledged to the guest."""
        return int(self.ask("cat /writer/acked 2>/dev/null") or 0)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path)
    yield made
    made.storage.close()


@pytest.fixture
def hosts(cloud: Cloud) -> Iterator[tuple[Host, Host]]:
    """Two nodes; the first one has made the volume."""
    require("kvm")
    image = guest.build()
    here, there = (Host(Node(cloud, name, lease_s=SHORT_S), image) for name in "ab")
    here.node.do("create", replace(TICKET, size_bytes=VOLUME_BYTES))
    yield here, there
    for host in (here, there):
        host.end()
        host.node.end()


def test_a_guest_that_writes_moves_and_nothing_is_lost(cloud, hosts):
    here, there = hosts
    here.boot()
    here.ask(f'sh -c "{WRITER.replace("$", chr(92) + "$")}" > /dev/null 2>&1 &')
    until(lambda: here.acked() > 3, "the guest to write", within_s=GUEST_S)
    epoch = cloud.record().epoch

    _open_shared(here, there)
    there.boot("-incoming", "defer")
    address = f"unix:{there.directory / 'incoming'}"
    there.tell("migrate-incoming", uri=address)
    here.tell("migrate", uri=address)
    until(lambda: _state(here) in ("completed", "failed"), "the move", within_s=GUEST_S)
    assert "completed" == _state(here)
    assert epoch == cloud.record().epoch

    # The node that it left hangs: nobody can close the volume there.
    late, pid = NbdClient(str(here.node.run / "disk-1.sock")), here.node.pid()
    late.go()
    hold(pid)
    there.node.do("open", VOL_OPEN_EXCLUSIVE="True")
    moved = there.acked()
    until(lambda: there.acked() > moved + 3, "the guest to write on", within_s=GUEST_S)
    assert cloud.record().epoch > epoch
    os.kill(pid, signal.SIGCONT)
    with suppress(OSError, EOFError):
        assert 0 != late.call(Command.WRITE, SECTOR, data=b"late".ljust(SECTOR))
    late.socket.close()

    count = there.acked()
    there.tell("stop")
    there.end()
    there.node.do("detach")
    view = volumes.look(cloud.storage, TICKET.volume)
    assert count > moved
    assert [f"{number:<511}\n" for number in range(count)] == [
        view.read(_place(number), SECTOR).decode() for number in range(count)
    ]


def _place(number: int) -> int:
    """Return where the guest wrote a number."""
    return number // TOGETHER * CLUSTER_BYTES + number % TOGETHER * SECTOR


def _open_shared(here: Host, there: Host) -> None:
    """Prepare both nodes as Ganeti does before a live migration."""
    there.node.do("attach")
    there.node.do("close")
    here.node.do("open", VOL_OPEN_EXCLUSIVE="False")
    there.node.do("attach")
    there.node.do("open", VOL_OPEN_EXCLUSIVE="False")


def _state(host: Host) -> str:
    return str(host.tell("query-migrate").get("status", ""))
