# SPDX-License-Identifier: Apache-2.0
"""A node that serves a volume with ``synnefo-nbd``."""

from __future__ import annotations

import subprocess
import sys

from synnefo_blocks import volumes
from synnefo_core.contracts.driver import DriverSetup
from synnefo_storage_nfs.driver import NfsStorage
from tests.system.labs.waiting import until

MIB = 1024 * 1024
SIZE = 64 * MIB


class Node:
    """A machine that serves the volume "disk" of a store in a directory."""

    def __init__(self, directory, *, lease_s):
        self.directory, self.socket = directory, directory / "disk.sock"
        self.uri = f"nbd+unix:///?socket={self.socket}"
        self.epoch, self.running = 1, []
        self.config = directory / "nbd.conf"
        self.config.write_text(
            f"[store]\ndriver = nfs\npath = {directory}/store\nlease_s = {lease_s}\nlease_margin_s = {lease_s / 5}\n"
        )
        self.storage = NfsStorage(DriverSetup("nfs", {"path": str(directory / "store")}, directory))
        volumes.create(self.storage, "disk", SIZE)

    def serve(self, at=None):
        self.epoch += 1
        command = [sys.executable, "-m", "synnefo_blocks.nbd.main", "disk"]
        path = at or self.socket
        path.unlink(missing_ok=True)
        told = ["--socket", str(path), "--epoch", str(self.epoch), "--config", str(self.config)]
        process = subprocess.Popen([*command, *told])
        self.running.append(process)
        until(lambda: path.exists() or process.poll() is not None, "the server", within_s=30)
        assert process.poll() is None
        return process

    def take_over(self, old):
        """Start a process that replaces the one that serves; return it once it does."""
        command = [sys.executable, "-m", "synnefo_blocks.nbd.main", "disk", "--take-over"]
        told = ["--socket", str(self.socket), "--config", str(self.config)]
        process = subprocess.Popen([*command, *told])
        self.running.append(process)
        until(lambda: old.poll() is not None, "the end of the server before", within_s=120)
        # The one before has taken away its own.
        until(self.door.exists, "the next server", within_s=60)
        assert 0 == old.returncode
        return process

    @property
    def door(self):
        """Where a server can be asked to hand over."""
        return self.socket.with_name("disk.sock.next")

    def end(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.storage.close()

    def io(self, *commands, check=True):
        told = [word for command in commands for word in ("-c", command)]
        return run("qemu-io", "-f", "raw", *told, self.uri, check=check)


def run(*command, check=True):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if check:
        assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr
