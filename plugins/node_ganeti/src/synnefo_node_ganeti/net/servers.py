# SPDX-License-Identifier: Apache-2.0
"""The servers of this node: one process a network behind its bridge, in a name space of its own.

Routed cards have one each, in the node's own network. The name space has no name and lives as long as the process, and the interface goes with it. So a
server that is killed leaves nothing but its configuration; one whose daemon was killed is found by it.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from synnefo_node_ganeti.net import files
from synnefo_node_ganeti.net.metadata import Answers
from synnefo_node_ganeti.net.patience import Patience
from synnefo_node_ganeti.net.programs import ENVIRONMENT, ProgramFailed, ip, run
from synnefo_node_ganeti.net.tables import SERVERS
from synnefo_node_ganeti.net.telling import ADDRESS, INTERFACE, Telling

log = logging.getLogger(__name__)

_END_S = 5.0


@dataclass(frozen=True)
class _Running:
    telling: Telling
    process: subprocess.Popen[bytes]
    begun_at: float
    answers: Answers | None = None


class Servers:
    """Starts, replaces and ends servers; they end with whoever has this.

    Attributes:
        again_in_s: After how many seconds to apply once more because of those that do not run.
        down: The interfaces of those, in order.
    """

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Name the directory of the configurations, and end what a killed daemon left running."""
        self._directory, self._clock = directory, clock
        self._patience = Patience(clock)
        self.again_in_s = float("inf")
        self.down: list[str] = []
        self._running: dict[str, _Running] = {}
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _end_orphans(directory)
        for name in files.names(directory):
            files.remove(directory / name)

    def apply(self, tellings: list[Telling]) -> None:
        """Have these servers run, and no others.

        One that can't be started is told of in the log, and holds up no other; it is tried again
        later, ever more rarely, or when it is to be another one.
        """
        wanted = {telling.server.interface: telling for telling in tellings}
        for name, running in list(self._running.items()):
            if running.process.poll() is not None:
                self._end(name)
                worked_s = self._clock() - running.begun_at
                wait_s = self._patience.fail(name, running.telling, worked_s=worked_s)
                log.error("a server died", extra=_told_of(running.telling, wait_s))
            elif wanted.get(name) != running.telling:
                self._end(name)
        self._patience.keep(wanted)
        for name, telling in wanted.items():
            there = self._running.get(name)
            if there is None:
                self._try(name, telling)
            elif there.answers is None:
                self._running[name] = replace(there, answers=_answers(there.process, telling))
        self.down = sorted(wanted.keys() - self._running.keys())
        self.again_in_s = self._patience.rest_s(self.down)

    def _try(self, name: str, telling: Telling) -> None:
        """Start a server, unless it failed a short while ago."""
        if not self._patience.is_over(name, telling):
            return
        try:
            self._start(name, telling)
        except (ProgramFailed, OSError) as problem:
            extra = _told_of(telling, self._patience.fail(name, telling))
            log.error("a server could not be started: %s", problem, extra=extra)  # noqa: TRY400  # no trace

    def close(self) -> None:
        """End them all."""
        for name in list(self._running):
            self._end(name)

    def _start(self, name: str, telling: Telling) -> None:
        file = self._directory / f"{name}.conf"
        files.write(file, telling.configuration)
        # It waits for a line before it begins: then its interface is there.
        script = 'read -r _ && exec dnsmasq "--conf-file=$0"'
        apart = ["unshare", "--net"] if telling.bridge else []
        process = subprocess.Popen(
            [*apart, "sh", "-c", script, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )
        begun = self._running[name] = _Running(telling, process, self._clock())
        try:
            if telling.bridge:
                _join(name, telling, process)
            else:
                _settle(telling)
            _let_begin(process)
        except (ProgramFailed, OSError):
            self._end(name)
            raise
        self._running[name] = replace(begun, answers=_answers(process, telling))

    def _end(self, name: str) -> None:
        running = self._running.pop(name)
        if running.answers is not None:
            running.answers.close()
        process = running.process
        if process.stdin is not None:
            process.stdin.close()
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if running.telling.bridge:
            _remove_interface(name)
        else:
            _unsettle(running.telling)
        files.remove(self._directory / f"{name}.conf")


def _told_of(telling: Telling, wait_s: float) -> dict[str, object]:
    """Return what a log says of a server that does not run."""
    server = telling.server
    return {"interface": server.interface, "network": server.network, "again_in_s": wait_s}


def _answers(process: subprocess.Popen[bytes], telling: Telling) -> Answers | None:
    """Answer who asks for metadata; without that, guests are told their addresses all the same."""
    try:
        return Answers(process.pid, (ADDRESS, telling.interface), telling.files)
    except (ProgramFailed, OSError) as problem:
        # In the node's own network it may be Ganeti's metadata daemon that is asked instead.
        log.error("no metadata: %s", problem, extra={"interface": telling.server.interface})  # noqa: TRY400  # no trace
        return None


def _join(name: str, telling: Telling, process: subprocess.Popen[bytes]) -> None:
    """Lay the cable between a bridge and the name space of a process."""
    _await_name_space(process)
    _remove_interface(name)
    far = f"peer name {INTERFACE} address {telling.mac} mtu {telling.mtu} netns {process.pid}"
    ip(f"link add {name} mtu {telling.mtu} type veth {far}")
    Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
    inside = [
        *(f"address add {prefix} dev {INTERFACE} nodad" for prefix in telling.prefixes),
        f"link set {INTERFACE} up",
        # dnsmasq answers across all subnets of the network, whichever its own address is of.
        f"route add default dev {INTERFACE}",
    ]
    enter = ["nsenter", f"--target={process.pid}", "--net"]
    run([*enter, "sysctl", "-qw", *_QUIET])
    run([*enter, "ip", "-batch", "-"], text="\n".join(inside) + "\n")
    ip(f"link set {name} group {SERVERS} master {telling.bridge} up")


def _settle(telling: Telling) -> None:
    """Have a routed card's interface have the addresses of its server, and no way by them."""
    for prefix in telling.prefixes:
        options = "noprefixroute nodad" if ":" in prefix else ""
        ip(f"address replace {prefix} dev {telling.interface} {options}")


def _unsettle(telling: Telling) -> None:
    for prefix in telling.prefixes:
        with suppress(ProgramFailed):  # gone with the interface
            ip(f"address delete {prefix} dev {telling.interface}")


def _let_begin(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.write(b"\n")
        process.stdin.flush()


# Its addresses are the same on all nodes: it must not ask whether somebody has them.
_QUIET = (f"net.ipv6.conf.{INTERFACE}.accept_dad=0", f"net.ipv4.conf.{INTERFACE}.arp_ignore=1")


def _await_name_space(process: subprocess.Popen[bytes]) -> None:
    """Wait until a process is in a name space of its own."""
    ours = Path("/proc/self/ns/net").readlink()
    while Path(f"/proc/{process.pid}/ns/net").readlink() == ours:
        if process.poll() is not None:
            raise ProgramFailed("no network name space can be made")
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.005)


def _remove_interface(name: str) -> None:
    with suppress(ProgramFailed):  # gone with its name space
        ip(f"link delete {name}")


def _end_orphans(directory: Path) -> None:
    """End the servers whose configurations are in a directory."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and f"{directory}/".encode() in _words(entry):
            with suppress(ProcessLookupError):
                os.kill(int(entry.name), signal.SIGKILL)


def _words(process: Path) -> bytes:
    """Return the command line of a server; nothing of any other process."""
    try:
        words = (process / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
    return words if words.startswith((b"dnsmasq\0", b"sh\0-c\0read")) else b""
