# SPDX-License-Identifier: Apache-2.0
"""A small guest in a QEMU of the test's own, on a disk that is served over NBD."""

from __future__ import annotations

import json
import socket
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.system.labs import guest
from tests.system.labs.waiting import until

GUEST_S = 300


class Qemu:
    """A machine without acceleration; its disk is ``/dev/vda``.

    Attributes:
        directory: Where its sockets and its log are.
    """

    def __init__(self, directory: Path, image: Path) -> None:
        """Prepare it; ``image`` is of :func:`tests.system.labs.guest.build`."""
        self.directory, self._image = directory, image
        self._console, self._monitor = directory / "serial", directory / "monitor"
        self._log = directory / "qemu.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, disk: Path, *more: str) -> None:
        """Start it on the disk that is served at a socket; ``more`` words go to QEMU."""
        for path in (self._console, self._monitor):
            path.unlink(missing_ok=True)
        words = ["-machine", "pc,accel=tcg", "-nodefaults", "-display", "none", "-m", "128"]
        words += ["-kernel", str(self._image / "vmlinuz"), "-initrd", str(self._image / "initrd")]
        words += ["-append", "console=ttyS0 quiet panic=-1"]
        served = f"file.driver=nbd,file.server.type=unix,file.server.path={disk}"
        words += ["-blockdev", f"driver=raw,node-name=disk,{served}"]
        words += ["-device", "virtio-blk-pci,drive=disk"]
        words += ["-chardev", f"socket,id=serial,path={self._console},server=on,wait=off"]
        words += ["-serial", "chardev:serial", "-qmp", f"unix:{self._monitor},server=on,wait=off"]
        with self._log.open("wb") as log:
            command = ["qemu-system-x86_64", *words, *more]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._is_there, "QEMU", within_s=60)

    def _is_there(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()
        return self._monitor.exists()

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
        """Run a command in the guest; return what it prints."""
        return guest.ask(self._console, command, within_s=GUEST_S).strip()

    def end(self) -> None:
        """Pull the plug."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
