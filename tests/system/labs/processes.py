# SPDX-License-Identifier: Apache-2.0
"""Processes that are known by more than their number, and so are safe to end later."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .errors import LabFailed
from .waiting import until

PATH = "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Process:
    """A process that cannot be mistaken for a later one of the same number.

    Attributes:
        pid: Its number.
        started: The boot of the machine, and the clock tick at which it began.
    """

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Process:
        """Identify a process that runs now.

        Raises:
            ProcessLookupError: There is none.
        """
        stat = _stat(pid)
        if stat is None:
            raise ProcessLookupError(pid)
        return cls(pid, stat.started)

    def is_alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        stat = _stat(self.pid)
        return stat is not None and stat.state != "Z" and stat.started == self.started

    def end(self, polite: signal.Signals | None, *, within_s: float = 20) -> None:
        """End it and its whole session, of which it must be the leader.

        Ending one that is gone is not an error.

        Args:
            polite: Sent to it alone first; then it has ``within_s`` to go.
            within_s: How long it may take to go, also after SIGKILL.

        Raises:
            LabFailed: It survives SIGKILL.
        """
        if polite is not None and self.is_alive():
            os.kill(self.pid, polite)
            with contextlib.suppress(LabFailed):  # SIGKILL follows
                until(lambda: not self.is_alive(), "a polite end", within_s=within_s)
        # The leader goes last: it reaps its own children, the init of a container may not.
        for pid in self._members():
            _kill(pid)
        until(lambda: not self._members(), f"the children of {self.pid} to end", within_s=within_s)
        if self.is_alive():
            _kill(self.pid)
        until(lambda: not self.is_alive(), f"process {self.pid} to end", within_s=within_s)

    def children(self) -> list[int]:
        """The processes it started and has not yet waited for."""
        return [pid for pid, stat in _running() if stat.parent == self.pid]

    def _members(self) -> list[int]:
        """The other processes of its session; none if its number is another's now."""
        leader = _stat(self.pid)
        if self.started.split("/")[0] != _boot() or (leader and leader.started != self.started):
            return []
        return [pid for pid, stat in _running() if stat.session == self.pid and pid != self.pid]


def hold(pid: int) -> None:
    """Let a process stand still until SIGCONT; none of its threads runs any more."""
    os.kill(pid, signal.SIGSTOP)
    tasks = Path(f"/proc/{pid}/task")
    until(lambda: all(_stands(task) for task in tasks.iterdir()), f"{pid} to stop", within_s=30)


def _stands(task: Path) -> bool:
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0] == "T"
    except FileNotFoundError:
        return True  # a thread that has just ended


def spawn(
    command: list[str], *, log: Path, environment: dict[str, str], directory: Path
) -> subprocess.Popen[bytes]:
    """Start a process as the leader of a session of its own, its output in a file."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd=directory,
            start_new_session=True,
        )


def as_user(name: str | None) -> list[str]:
    """The words before a command that run it as a user; none when we are not root or ``name`` is None."""
    if name is None or os.geteuid() != 0:
        return []
    entry = pwd.getpwnam(name)
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, for an error message; empty if there is none."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # gone by itself
        os.kill(pid, signal.SIGKILL)


class _Stat(NamedTuple):
    """What the kernel tells of a process in /proc/PID/stat."""

    state: str
    parent: int
    session: int
    started: str


def _stat(pid: int) -> _Stat | None:
    """Ask the kernel; None if there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces
    return _Stat(fields[0], int(fields[1]), int(fields[3]), f"{_boot()}/{fields[19]}")


def _running() -> list[tuple[int, _Stat]]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = [(pid, _stat(pid)) for pid in pids]
    return [(pid, stat) for pid, stat in found if stat is not None and stat.state != "Z"]


@cache
def _boot() -> str:
    """Which boot of this machine this is."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
