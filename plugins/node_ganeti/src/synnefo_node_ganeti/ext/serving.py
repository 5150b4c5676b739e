# SPDX-License-Identifier: Apache-2.0
"""The one process on this node that serves a volume.

It outlives whoever started it. That it lives is a lock on a file which the kernel drops at its end,
however that comes; what the file says is which process it is, and under which ticket it runs.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from synnefo_core.contracts.volumes import Ticket
from synnefo_node_ganeti.ext.request import Refused

COMMAND = (sys.executable, "-I", "-m", "synnefo_blocks.nbd.main")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
START_S, END_S = 60.0, 120.0
LOOK_AGAIN_S = 0.02
TOLD_LINES = 10


@dataclass(frozen=True)
class Running:
    """A process that serves a volume, under a ticket of this generation."""

    pid: int
    generation: int


class Serving:
    """The process that serves one volume, if there is one; use it :meth:`alone`."""

    def __init__(self, directory: Path, volume: str) -> None:
        """Name the volume; ``directory`` is of this boot of the node."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._volume = volume
        self.socket = directory / f"{volume}.sock"
        self.others = directory / f"{volume}.others"
        self.log = directory / f"{volume}.log"
        self._alone = directory / f"{volume}.lock"
        self._process = directory / f"{volume}.process"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one who starts and ends it."""
        with self._alone.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def running(self) -> Running | None:
        """Return the process, None when there is none."""
        with self._process.open("a+") as file:
            if _locked(file.fileno()):
                return None
            content = self._told(file.fileno())
        return Running(**json.loads(content)) if content else None

    def start(self, ticket: Ticket, config: Path) -> None:
        """Start one; returns when it listens.

        Raises:
            Refused: It ended at once; says why.
        """
        for left in (self.socket, self.others):  # by one that was killed
            left.unlink(missing_ok=True)
        epochs = ticket.epochs
        words = [self._volume, "--socket", str(self.socket), "--config", str(config), "--late"]
        words += ["--epoch", str(epochs.start), "--last-epoch", str(epochs.stop - 1)]
        words += ["--others", str(self.others)]
        with self._process.open("a+") as file, self.log.open("w") as log:
            if not _locked(file.fileno()):
                raise Refused(f"volume {self._volume} is served already")
            os.ftruncate(file.fileno(), 0)
            process = subprocess.Popen(
                [*COMMAND, *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env={"PATH": PATH},
                pass_fds=(file.fileno(),),
                # A provider has one thread.
                preexec_fn=partial(_sign, file.fileno(), ticket.generation),  # noqa: PLW1509
            )
        _await(lambda: self.socket.exists() or process.poll() is not None, START_S)
        if not self.socket.exists():
            self.end()
            raise Refused(f"volume {self._volume} is not served: {self._last_words()}")

    def end(self) -> None:
        """End it, if there is one; what guests flushed and what they did not is in the store then.

        Raises:
            Refused: It does not end: the store does not answer.
        """
        running = self.running()
        if running is not None:
            os.kill(running.pid, signal.SIGTERM)
            if not _await(lambda: self.running() is None, END_S):
                raise Refused(f"what serves volume {self._volume} does not end")
        for file in (self.socket, self.others):
            file.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove the files of a volume that is gone, but not the lock: others may wait for it."""
        for file in (self.log, self._process):
            file.unlink(missing_ok=True)

    def _told(self, descriptor: int) -> bytes:
        # Who has just been started says so before anything else.
        _await(lambda: bool(os.fstat(descriptor).st_size), START_S)
        return os.pread(descriptor, 1000, 0)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-TOLD_LINES:]
        return " / ".join(lines) or "it said nothing"


def _locked(descriptor: int) -> bool:
    """Lock a file that nobody else has locked; return whether that is so."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(descriptor: int, generation: int) -> None:
    """Say who holds the lock, before becoming the server: whoever started it may be killed."""
    text = json.dumps({"pid": os.getpid(), "generation": generation})
    os.pwrite(descriptor, text.encode(), 0)


def _await(is_so: Callable[[], bool], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_AGAIN_S)
    return True
