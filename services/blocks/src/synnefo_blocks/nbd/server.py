# SPDX-License-Identifier: Apache-2.0
"""Listen on a unix socket; each connection has a thread."""

from __future__ import annotations

import logging
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

from synnefo_blocks.nbd.disk import Disk
from synnefo_blocks.nbd.session import Session

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 16
SOCKET_BYTES = 4 * 1024 * 1024


class Server:
    """Serves one disk to whoever may open the socket: this user only (0600)."""

    def __init__(self, disk: Disk, path: Path) -> None:
        """Listen; a socket that was left behind at ``path`` is replaced.

        Raises:
            OSError: It cannot be made.
        """
        self._disk, self._path = disk, path
        self._listening = socket.socket(socket.AF_UNIX)
        self._lock = threading.Lock()
        self._sessions: dict[threading.Thread, socket.socket] = {}
        self._is_closed = False
        # Nobody can connect to it under its name before it is private.
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with suppress(FileNotFoundError):
            draft.unlink()
        self._listening.bind(str(draft))
        draft.chmod(0o600)
        self._inode = draft.stat().st_ino
        self._listening.listen(MOST_CONNECTIONS)
        draft.rename(path)

    def serve(self) -> None:
        """Accept connections until :meth:`close` is called."""
        try:
            while not self._is_closed:
                connection, _ = self._listening.accept()
                self._begin(connection)
        finally:
            self._listening.close()

    def close(self) -> None:
        """Take no more connections, end those there are, and wait for their last request."""
        with self._lock:
            self._is_closed = True
            sessions = dict(self._sessions)
        with suppress(OSError):
            if self._path.stat().st_ino == self._inode:
                self._wake()
                self._path.unlink()
        for connection in sessions.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread in sessions:
            thread.join()

    def _wake(self) -> None:
        """Give who waits for a connection one: closing what is waited for need not wake anybody."""
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(self._path))

    def _begin(self, connection: socket.socket) -> None:
        with self._lock:
            if self._is_closed or len(self._sessions) >= MOST_CONNECTIONS:
                connection.close()
                return
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                connection.setsockopt(socket.SOL_SOCKET, option, SOCKET_BYTES)
            thread = threading.Thread(
                target=self._run, args=(connection,), name="nbd-session", daemon=True
            )
            self._sessions[thread] = connection
            thread.start()

    def _run(self, connection: socket.socket) -> None:
        try:
            Session(connection, self._disk).run()
        finally:
            connection.close()
            with self._lock:
                self._sessions.pop(threading.current_thread(), None)
