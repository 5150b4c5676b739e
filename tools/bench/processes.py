# SPDX-License-Identifier: Apache-2.0
"""Processes that are measured: started, awaited, their processor time read, ended."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.system.labs.errors import LabFailed
from tests.system.labs.processes import Process, spawn, tail
from tests.system.labs.waiting import accepts, until
from tools.members import ROOT

_TICKS = os.sysconf("SC_CLK_TCK")
_START_S = 60


class Served:
    """A process that serves, with all that it started: a session of its own."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path,
        log: str,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Start it; its output goes into a file."""
        self._name, self._log = log, directory / log
        surroundings = {**_environment(), **environment}
        self._child = spawn(list(command), log=self._log, environment=surroundings, directory=ROOT)
        self._process = Process.of(self._child.pid)

    def await_answer(self, port: int, path: str) -> None:
        """Return once it answers 200 to a GET.

        Raises:
            LabFailed: It ended, or took too long.
        """
        until(
            lambda: _answers(port, path),
            f"an answer of {self._name}",
            within_s=_START_S,
            watch=self._watch,
        )

    def await_connection(self, port: int) -> None:
        """Return once it accepts connections.

        Raises:
            LabFailed: It ended, or took too long.
        """
        until(lambda: accepts("127.0.0.1", port), self._name, within_s=_START_S, watch=self._watch)

    def _watch(self) -> None:
        if self._child.poll() is not None:
            raise LabFailed(f"{self._name} ended with {self._child.returncode}:\n{tail(self._log)}")

    def cpu_s(self) -> float:
        """Return the processor time of all its processes so far."""
        return cpu_s(self._child.pid)

    def memory_mib(self) -> list[float]:
        """Return the memory of each of its processes; what two share counts in both."""
        return [_memory_mib(pid) for pid in (self._child.pid, *self._process.children())]

    def stop(self) -> None:
        """End it with all that it started."""
        self._process.end(signal.SIGTERM)
        self._child.wait(timeout=20)


def _memory_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    (told,) = [line for line in status if line.startswith("VmRSS:")]
    return int(told.split()[1]) / 1024


def cpu_s(root: int) -> float:
    """Return the processor time that a process and what it started have used, in seconds."""
    parents, ticks = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(entry.name)] = int(fields[1])
        # utime, stime, and those of the children that it has waited for
        ticks[int(entry.name)] = sum(map(int, fields[11:15]))
    return sum(ticks[pid] for pid in ticks if _is_below(pid, root, parents)) / _TICKS


def _is_below(pid: int, root: int, parents: Mapping[int, int]) -> bool:
    while pid != root and pid in parents:
        pid = parents[pid]
    return pid == root


def _environment() -> dict[str, str]:
    """Return an environment in which only the bench says how a cloud is configured."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SYNNEFO_")}


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def served(
    commands: Mapping[str, Sequence[str]],
    *,
    directory: Path,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[dict[str, Served]]:
    """Keep processes running, each under the name of its log."""
    running: dict[str, Served] = {}
    try:
        for name, command in commands.items():
            running[name] = Served(
                command, directory=directory, log=f"{name}.log", environment=environment
            )
        yield running
    finally:
        for process in reversed(running.values()):
            process.stop()


def python(module: str, *arguments: object) -> list[str]:
    """Return the command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def generate(plan: str, *, timeout_s: float) -> str:
    """Run the load generator in a process of its own; plan and outcome are JSON."""
    done = subprocess.run(
        python("tools.bench.load"),
        input=plan,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=timeout_s,
        check=False,
    )
    if done.returncode != 0:
        raise LabFailed(f"the load generator failed:\n{done.stderr[-2000:]}")
    return done.stdout
