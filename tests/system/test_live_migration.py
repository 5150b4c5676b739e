# SPDX-License-Identifier: Apache-2.0
"""A guest moves between two nodes while it writes, on a volume that one of them may write.

Two QEMUs stand for the nodes, and the provider is asked what Ganeti asks of it. The node that the guest
leaves hangs at the end of the move, and is refused when it comes to.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from synnefo_blocks import volumes
from synnefo_blocks.nbd.protocol import Command
from tests.plugins.node_ganeti.volume_node import SHORT_S, TICKET, Cloud, Node
from tests.services.blocks.nbd_client import NbdClient
from tests.system.labs import guest
from tests.system.labs.fixtures import require
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

SECTOR = 512
GUEST_S = 300
WRITER = (
    "i=0; while true; do i=$((i+1)); printf '%-511d\\n' $i |"
    " dd of=/dev/vda bs=512 seek=$i conv=fsync,notrunc 2>/dev/null && echo $i > /acked; done"
)
"""Writes sector after sector, flushes, and notes what was acknowledged."""


class Host:
    """A node, and the QEMU on it."""

    def __init__(self, node: Node, image: Path) -> None:
        self.node, self._image, home = node, image, node.config.parent
        self.console, self._monitor = home / "serial", home / "monitor"
        self._log = home / "qemu.log"
        self.qemu: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> None:
        """Start the guest on the volume, or a QEMU that waits for one."""
        disk = f"file.driver=nbd,file.server.type=unix,file.server.path={self.attached()}"
        words = ["-machine", "pc,accel=tcg", "-nodefaults", "-display", "none", "-m", "128"]
        words += ["-kernel", str(self._image / "vmlinuz"), "-initrd", str(self._image / "initrd")]
        words += ["-append", "console=ttyS0 quiet panic=-1"]
        words += ["-blockdev", f"driver=raw,node-name=disk,{disk}"]
        words += ["-device", "virtio-blk-pci,drive=disk"]
        words += ["-chardev", f"socket,id=serial,path={self.console},server=on,wait=off"]
        words += ["-serial", "chardev:serial", "-qmp", f"unix:{self._monitor},server=on,wait=off"]
        with self._log.open("wb") as log:
            command = ["qemu-system-x86_64", *words, *more]
            self.qemu = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._is_there, f"QEMU: {self._log.read_text()}", within_s=60)

    def _is_there(self) -> bool:
        assert self.qemu is not None
        assert self.qemu.poll() is None, self._log.read_text()
        return self._monitor.exists()

    def attached(self) -> str:
        """Have the volume served; return the socket."""
        return str(self.node.do("attach").socket)

    def tell(self, command: str, **arguments: Any) -> Any:
        """Have QEMU's monitor do something; return its answer."""
        with closing(socket.socket(socket.AF_UNIX)) as line:
            line.settimeout(60)
            line.connect(str(self._monitor))
            lines = line.makefile("rw")
            lines.readline()
            for word, told in (("qmp_capabilities", {}), (command, arguments)):
                lines.write(json.dumps({"execute": word, "arguments": told}) + "\n")
                lines.flush()
                answer = json.loads(lines.readline())
                while "event" in answer:
                    answer = json.loads(lines.readline())
        return answer["return"]

    def ask(self, command: str) -> str:
        """Run a command in the guest."""
        return guest.ask(self.console, command, within_s=GUEST_S).strip()

    def acked(self) -> int:
        """Return how many sectors were acknowledged to the guest."""
        return int(self.ask("cat /acked 2>/dev/null") or 0)

    def end(self) -> None:
        if self.qemu is not None:
            self.qemu.kill()
            self.qemu.wait()


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
    here.node.do("create", VOL_SIZE="8")
    yield here, there
    for host in (here, there):
        host.end()
        host.node.end()


def test_a_guest_that_writes_moves_and_nothing_is_lost(cloud, hosts):
    here, there = hosts
    here.start()
    here.ask(f'sh -c "{WRITER.replace("$", chr(92) + "$")}" > /dev/null 2>&1 &')
    until(lambda: here.acked() > 3, "the guest to write", within_s=GUEST_S)
    epoch = cloud.record().epoch

    _open_shared(here, there)
    there.start("-incoming", "defer")
    address = f"unix:{there.console.with_name('incoming')}"
    there.tell("migrate-incoming", uri=address)
    here.tell("migrate", uri=address)
    until(lambda: _state(here) in ("completed", "failed"), "the move", within_s=GUEST_S)
    assert "completed" == _state(here)
    assert epoch == cloud.record().epoch

    # The node that it left hangs: nobody can close the volume there.
    late, pid = NbdClient(str(here.node.run / "disk-1.sock")), here.node.pid()
    late.go()
    os.kill(pid, signal.SIGSTOP)
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
    content = volumes.look(cloud.storage, TICKET.volume).read(SECTOR, count * SECTOR)
    assert count > moved
    assert list(range(1, count + 1)) == [
        int(content[at : at + SECTOR]) for at in range(0, len(content), SECTOR)
    ]


def _open_shared(here: Host, there: Host) -> None:
    """Prepare both nodes as Ganeti does before a live migration."""
    there.node.do("attach")
    there.node.do("close")
    here.node.do("open", VOL_OPEN_EXCLUSIVE="False")
    there.node.do("attach")
    there.node.do("open", VOL_OPEN_EXCLUSIVE="False")


def _state(host: Host) -> str:
    return str(host.tell("query-migrate").get("status", ""))
