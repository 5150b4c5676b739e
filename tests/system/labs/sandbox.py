# SPDX-License-Identifier: Apache-2.0
"""A machine of its own inside this one: network, mounts, host name, IPC and processes.

Nothing of it has a name on the host but one network interface, and all of it goes with
its process 1: no `ip netns`, whose names and mounts would survive a killed run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import LabFailed, LabUnavailable
from .processes import PATH, Process, spawn, tail
from .records import Record
from .waiting import until

INIT = Path(__file__).with_name("sandbox-init.sh")
ENVIRONMENT = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": "/root", "TERM": "dumb"}
# The Python that runs the tests, and the checkout.
KEPT = dict.fromkeys((sys.prefix, sys.base_prefix, Path(__file__).resolve().parents[3]))
NAMESPACES = ["--mount", "--uts", "--ipc", "--net", "--pid"]


@dataclass(frozen=True)
class Address:
    """Names and addresses of sandbox ``number``, 1 to 9: 10.99.``number``.0/24.

    ========  ================================
    .1        this machine
    .10       the sandbox, on its bridge gbr0
    .100      the Ganeti cluster
    ========  ================================
    """

    number: int

    @property
    def prefix(self) -> str:
        """The first three numbers, with the dot."""
        return f"10.99.{self.number}."

    @property
    def host(self) -> str:
        return f"{self.prefix}1"

    @property
    def node(self) -> str:
        return f"{self.prefix}10"

    @property
    def cluster(self) -> str:
        return f"{self.prefix}100"

    @property
    def node_name(self) -> str:
        return f"node1.c{self.number}.test"

    @property
    def cluster_name(self) -> str:
        return f"cluster.c{self.number}.test"

    @property
    def link(self) -> str:
        """The interface on this machine's side."""
        return f"snflab{self.number}"

    def hosts(self) -> str:
        """The text of /etc/hosts inside."""
        return f"127.0.0.1 localhost\n{self.node} {self.node_name} node1\n{self.cluster} {self.cluster_name} cluster\n"


class Sandbox:
    """One sandbox, to be started once; its record undoes it."""

    def __init__(self, address: Address, record: Record) -> None:
        self._address, self._record = address, record
        self._directory = Path(record.directory)
        self._log = self._directory / "sandbox.log"

    def start(self, adopt: Callable[[subprocess.Popen[bytes]], Process]) -> None:
        """Start it and connect it with this machine.

        Args:
            adopt: Told of the process to wait for once the record is undone.

        Raises:
            LabUnavailable: We may not make namespaces.
        """
        for name in ("log", "home", "srv"):
            (self._directory / name).mkdir(exist_ok=True)
        (self._directory / "hosts").write_text(self._address.hosts())
        command = ["unshare", *NAMESPACES, "--fork", "--kill-child", "--mount-proc"]
        command += [str(INIT), str(self._directory), self._address.node_name]
        if self._record.tree is not None:
            command.append(self._record.tree)
        environment = {**ENVIRONMENT, "KEEP": ":".join(map(str, KEPT))}
        shell = spawn(command, log=self._log, environment=environment, directory=self._directory)
        self._record.add(adopt(shell))
        until(self._is_ready, "the sandbox", within_s=20, watch=lambda: self._watch(shell))
        self._connect()

    def run(
        self, *command: str, stdin: str | None = None, timeout_s: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside, as root; stdout and stderr are kept apart."""
        return subprocess.run(
            [*enter(self._record), *command],
            env=ENVIRONMENT,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    @property
    def pid(self) -> int:
        """The number, on this machine, of its process 1."""
        return _process_one(self._record)

    def inside(self, path: str) -> Path:
        """Where a file of the sandbox is seen from this machine."""
        return Path(f"{_root(self._record)}{path}")

    def _is_ready(self) -> bool:
        return "sandbox ready" in tail(self._log)

    def _watch(self, shell: subprocess.Popen[bytes]) -> None:
        if shell.poll() is not None:
            raise LabUnavailable(
                f"no namespaces here (a container needs CAP_SYS_ADMIN):\n{tail(self._log)}"
            )

    def _connect(self) -> None:
        """Lay the cable between this machine and the bridge inside."""
        address = self._address
        self._record.link = address.link
        self._record.save()
        inside = str(_process_one(self._record))
        _ip(
            [
                "ip",
                "link",
                "add",
                address.link,
                "type",
                "veth",
                "peer",
                "name",
                "up0",
                "netns",
                inside,
            ]
        )
        _ip(["ip", "address", "add", f"{address.host}/24", "dev", address.link])
        _ip(["ip", "link", "set", address.link, "up"])
        # With an address of its own the bridge keeps it when guests come and go.
        mac = f"02:00:0a:63:{address.number:02x}:0a"
        for line in (
            "link set lo up",
            f"link add gbr0 address {mac} type bridge",
            "link set up0 master gbr0 up",
            f"address add {address.node}/24 dev gbr0",
            "link set gbr0 up",
        ):
            _ip([*enter(self._record), "ip", *line.split()])


def enter(record: Record) -> list[str]:
    """The words before a command that run it in the sandbox of a record."""
    words = ["nsenter", f"--target={_process_one(record)}", *NAMESPACES]
    return [*words, f"--root={_root(record)}", f"--wd={_root(record)}"]


def is_taken(address: Address) -> bool:
    """Whether something on this machine uses the network of an address already."""
    done = subprocess.run(
        ["ip", "-json", "address"], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    locals_ = [
        entry.get("local", "") for link in json.loads(done.stdout) for entry in link["addr_info"]
    ]
    return any(local.startswith(address.prefix) for local in locals_)


def _process_one(record: Record) -> int:
    """The number, on this machine, of the sandbox's process 1."""
    children = record.parts[0].process.children() if record.parts else []
    if not children:
        raise LabFailed(f"the sandbox of {record.name} is gone")
    return children[0]


def _root(record: Record) -> str:
    """The sandbox's root directory, as seen from this machine."""
    below = "/mnt/root" if record.tree is not None else ""
    return f"/proc/{_process_one(record)}/root{below}"


def _ip(command: list[str]) -> None:
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabFailed(f"`{' '.join(command)}` failed: {done.stderr}")
