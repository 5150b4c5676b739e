# SPDX-License-Identifier: Apache-2.0
"""Processes that ``synnefo run`` keeps beside itself: commands that plugins name.

A companion has one end of a socket as its standard input, and its keeper the other. Nothing is
said there: each sees by it that the other has ended, however that came.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from synnefo_core.cloud import Cloud

log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_GRACE_S = 10.0


class Companions:
    """The companions of a process."""

    def __init__(self, cloud: Cloud) -> None:
        """Start those that the plugins of a cloud ask for."""
        names = [name for answer in cloud.plugins.hook.companions() for name in answer]
        self._kept = [_Companion(name, _command(cloud, name)) for name in names]

    def close(self) -> None:
        """End them; closing twice is harmless."""
        for companion in self._kept:
            companion.tell()
        while self._kept:
            self._kept.pop().join()


class _Companion:
    """One process, which is started again when it ends by itself."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self._name, self._command = name, command
        self._is_ending = threading.Event()
        self._lock = threading.Lock()
        self._ours: socket.socket | None = None
        self._thread = threading.Thread(target=self._keep, name=f"companion-{name}", daemon=True)
        self._thread.start()

    def tell(self) -> None:
        """Have it end."""
        with self._lock:
            self._is_ending.set()
            if self._ours is not None:
                with suppress(OSError):  # it has ended already
                    self._ours.shutdown(socket.SHUT_WR)

    def join(self) -> None:
        """Wait for its end."""
        self._thread.join(2 * _GRACE_S)

    def _keep(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._is_ending.is_set():
            code = self._live()
            if not self._is_ending.is_set():
                log.warning("a companion ended", extra={"companion": self._name, "code": code})
                self._is_ending.wait(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _live(self) -> int:
        """Start it and wait for its end; return how it ended."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                os.set_blocking(theirs.fileno(), True)  # eventlet's sockets are not
                process = subprocess.Popen(self._command, stdin=theirs.fileno())
            with self._lock:
                self._ours = ours
                if self._is_ending.is_set():
                    ours.shutdown(socket.SHUT_WR)
            ours.recv(1)
            with self._lock:
                self._ours = None
        try:
            return process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _command(cloud: Cloud, name: str) -> list[str]:
    files = [word for path in cloud.config.config_file or [] for word in ("--config", path)]
    return [
        sys.executable,
        "-m",
        "synnefo_core.entry",
        "--data",
        str(cloud.data_dir),
        *files,
        name,
        "--companion",
    ]
