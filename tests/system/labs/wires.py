# SPDX-License-Identifier: Apache-2.0
"""Machines that are only networks: namespaces of this machine, joined by cables.

Each lives as long as its process 1, which ends with whoever started it. So nothing has a name on
this machine, nothing is written down, and nothing is left of a run that was killed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from . import packages
from .errors import LabFailed, LabUnavailable
from .processes import PATH, Process

END = Path(__file__).with_name("wire_end.py")
ENVIRONMENT = {"PATH": PATH, "LC_ALL": "C.UTF-8"}
APART = ["--net", "--mount", "--pid", "--uts"]


class Machine:
    """One network namespace with processes and mounts of its own."""

    def __init__(self, name: str) -> None:
        """Start it.

        Raises:
            LabUnavailable: We may not make namespaces.
        """
        self.name = name
        words = ["unshare", *APART, "--fork", "--kill-child", "--mount-proc"]
        self._process = subprocess.Popen(
            [*words, sys.executable, "-I", str(END)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=ENVIRONMENT,
        )
        self._lock = threading.Lock()
        if not self._read_line():
            self.stop()
            raise LabUnavailable("no namespaces here (a container needs CAP_SYS_ADMIN)")
        self.pid = Process.of(self._process.pid).children()[0]
        self.run("hostname", name)
        self.run("mount", "-t", "sysfs", "sysfs", "/sys")
        # What `ip netns` keeps is this machine's own.
        self.run("mkdir", "-p", "/run/netns")
        self.run("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
        self.ip("link set lo up")

    def stop(self) -> None:
        """End it with all its processes; a second call does nothing."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.kill()
        self._process.wait(timeout=20)

    def words(self, *command: str) -> list[str]:
        """Return the words that run a command here."""
        return ["nsenter", f"--target={self.pid}", *APART, *command]

    def run(
        self,
        *command: str,
        text: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command here; return what it writes.

        Raises:
            LabFailed: It failed.
        """
        try:
            return _run(self.words(*command), text=text, environment=environment)
        except LabFailed as failure:
            raise LabFailed(f"{self.name}: {failure}") from None

    def ip(self, lines: str) -> str:
        """Run ``ip`` with each line's words."""
        return self.run("ip", "-batch", "-", text=lines)

    def ask(self, do: str, **order: Any) -> Any:
        """Have its process 1 do something; return the answer.

        Raises:
            LabFailed: It could not.
        """
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._read_line())
        if "failed" in answer:
            raise LabFailed(f"{self.name}: {do}: {answer['failed']}")
        return answer["is"]

    def _read_line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Wires:
    """All machines of a laboratory; ``with Wires() as wires`` ends them."""

    def __init__(self) -> None:
        packages.ensure("wires")
        self.machines: dict[str, Machine] = {}

    def machine(self, name: str) -> Machine:
        """Return a new machine."""
        self.machines[name] = Machine(name)
        return self.machines[name]

    def cable(self, one: tuple[Machine, str], other: tuple[Machine, str], *, mac: str = "") -> None:
        """Join two machines; the interfaces are up.

        Args:
            one: A machine and the name of its interface.
            other: The same of the other end.
            mac: The address of the other end.
        """
        (left, near), (right, far) = one, other
        address = f"address {mac}" if mac else ""
        link = f"ip link add {near} type veth peer name {far} {address} netns {right.pid}"
        # From among this machine's processes, where the other one has that number.
        _run(["nsenter", f"--target={left.pid}", "--net", *link.split()])
        left.ip(f"link set {near} up")
        right.ip(f"link set {far} up")

    def stop(self) -> None:
        """End them all."""
        for machine in self.machines.values():
            machine.stop()
        self.machines = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _run(
    words: list[str], *, text: str | None = None, environment: Mapping[str, str] | None = None
) -> str:
    done = subprocess.run(
        words,
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        env={**ENVIRONMENT, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise LabFailed(f"`{' '.join(words)}`: {done.stdout}{done.stderr}")
    return done.stdout
