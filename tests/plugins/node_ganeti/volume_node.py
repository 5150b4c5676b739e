# SPDX-License-Identifier: Apache-2.0
"""A node that serves volumes of a store in a directory, and Ganeti that calls its provider."""

import base64
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from synnefo_blocks import volumes
from synnefo_core.contracts import volumes as tickets
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.volumes import Ticket
from synnefo_core.signatures import Signer
from synnefo_storage_nfs.driver import NfsStorage
from tests.system.labs.waiting import until

MIB = 1024 * 1024
SIZE = 8 * MIB
TICKET = Ticket(volume="disk-1", store="main", generation=1, size_bytes=SIZE, instance="snf-1")


@dataclass(frozen=True)
class Answer:
    """What a script of the provider ended with."""

    status: int
    said: str
    complained: str

    @property
    def socket(self):
        """Where QEMU is to connect."""
        block_device, uri, rest = self.said.split("\n")
        assert ("", "") == (block_device, rest)
        assert uri.startswith("kvm:nbd:unix:/")
        return uri.removeprefix("kvm:nbd:unix:")


class Cloud:
    """Signs tickets; has a store."""

    def __init__(self, directory):
        self.directory = directory
        self.signer = Signer(Signer.new_key(), tickets.PURPOSE)
        setup = DriverSetup("nfs", {"path": str(directory / "store")}, directory)
        self.storage = NfsStorage(setup)

    def record(self, name="disk-1"):
        return volumes.show(self.storage, name)


class Node:
    """A node with the provider; several may use one store."""

    def __init__(self, cloud, name, *, lease_s=60):
        self.cloud, home = cloud, cloud.directory / name
        self.config, self.run = home / "etc", home / "run"
        self.config.mkdir(parents=True)
        (self.config / "keys").write_bytes(base64.b64encode(cloud.signer.public_key) + b"\n")
        lines = ["[store]", "driver = nfs", f"path = {cloud.directory}/store"]
        lines += [f"lease_s = {lease_s}", "lease_margin_s = 1", f"state_directory = {home}"]
        (self.config / "main.conf").write_text("\n".join(lines))

    def command(self, action):
        module = ["-I", "-m", "synnefo_node_ganeti.ext.main"]
        return [sys.executable, *module, "--config", self.config, "--run", self.run, action]

    def environment(self, ticket=TICKET, **told):
        sealed = tickets.seal(self.cloud.signer, ticket)
        return {"PATH": os.environ["PATH"], "EXTP_TICKET": sealed, **told}

    def ask(self, action, ticket=TICKET, **told):
        """Have a script run as Ganeti does."""
        done = subprocess.run(
            self.command(action),
            env=self.environment(ticket, **told),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def do(self, action, ticket=TICKET, **told):
        """Have it run, and succeed."""
        answer = self.ask(action, ticket, **told)
        assert 0 == answer.status, answer.complained
        return answer

    def pid(self, name="disk-1"):
        return json.loads((self.run / f"{name}.process").read_text())["pid"]

    def kill(self):
        """End the server at once, as a crash does."""
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        until(lambda: not alive(pid), "the server to be gone", within_s=30)

    def end(self):
        """End whatever runs."""
        for file in self.run.glob("*.process"):
            text = file.read_text()
            if text and alive(json.loads(text)["pid"]):
                os.kill(json.loads(text)["pid"], signal.SIGKILL)


SHORT_S = 4
"""A lease that a test awaits the end of, and that a busy machine renews in time."""


def later(ticket, by=1):
    """Return a ticket that outdoes another one."""
    return replace(ticket, generation=ticket.generation + by)


def alive(pid):
    """Whether a process of ours runs still: its number may be a stranger's by now."""
    try:
        return b"synnefo_blocks.nbd" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
