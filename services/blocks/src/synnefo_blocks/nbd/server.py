# SPDX-License-Identifier: Apache-2.0
"""Listen on a unix socket; each connection has a thread."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from synnefo_blocks.nbd.disk import Disk
from synnefo_blocks.nbd.parking import Lot, Parked
from synnefo_blocks.nbd.session import Counters, Session, Stopped
from synnefo_core.contracts.figures import used_at

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 16
SOCKET_BYTES = 4 * 1024 * 1024
PARKING_S = 10.0
"""So long requests may take until a server that is to be replaced says that it can't be now."""


@dataclass(frozen=True)
class Taken:
    """What a server goes on with that another process began.

    Attributes:
        listening: The socket that new connections come to.
        connections: Each with what was agreed on, and what it received and did not answer.
    """

    listening: socket.socket
    connections: Sequence[tuple[socket.socket, Stopped]]


class Server:
    """Serves one disk to whoever may open the socket: this user only (0600)."""

    def __init__(self, disk: Disk, path: Path, taken: Taken | None = None) -> None:
        """Listen; a socket that was left behind at ``path`` is replaced, unless it was taken.

        Raises:
            OSError: It cannot be made.
        """
        self._disk, self._path = disk, path
        self._lock = threading.Lock()
        self._sessions: dict[threading.Thread, tuple[socket.socket, Session]] = {}
        self._is_closed = False
        self._used = Counters()
        self._lot = Lot()
        self._accepting = threading.Thread()
        self._listening = taken.listening if taken else listening_at(path)
        # Another process may accept what this one was woken for.
        self._listening.setblocking(False)
        self._inode = path.stat().st_ino if path.exists() else 0
        if taken is None:
            used_at(path).unlink(missing_ok=True)  # of one that was killed
        for connection, stopped in taken.connections if taken else ():
            self._begin(connection, stopped)

    def serve(self) -> None:
        """Accept connections until :meth:`close` is called, or until they are handed over."""
        wait = self._lot.watch(self._listening.fileno())
        self._accepting = threading.current_thread()
        try:
            while not self._is_closed and self._accept(wait):
                continue
        finally:
            self._listening.close()

    def _accept(self, wait: Callable[[], None]) -> bool:
        """Wait for a connection; return whether to go on."""
        try:
            wait()
            connection, _ = self._listening.accept()
        except BlockingIOError:
            return True
        except Parked:
            return self._lot.stay()
        self._begin(connection)
        return True

    def admit(self, connection: socket.socket) -> None:
        """Serve a connection that came another way."""
        self._begin(connection)

    def tell(self) -> None:
        """Write down how much the disk was used, while there are clients: see :func:`used_at`.

        What clients that have gone used counts until all have: a guest that starts again is a new
        process, whose counters begin again.
        """
        with self._lock:
            if not self._sessions or self._is_closed:
                return
            used = [self._used, *(session.used() for _, session in self._live())]
            sums = Counters(*map(sum, zip(*used, strict=True)))
            file = used_at(self._path)
            draft = file.with_name(f".{file.name}")
            try:
                draft.write_text(json.dumps(sums._asdict()))
                draft.rename(file)
            except OSError as problem:
                log.debug("nobody is told how much the disk was used: %s", problem)

    def stop(self) -> Taken:
        """Hold everything between two requests; call :meth:`go_on` or :meth:`leave` then.

        All that was answered was sent. Who has not agreed on anything yet has to connect again.

        Raises:
            TimeoutError: Somebody is in the middle of a request for too long; all go on.
        """
        self._lot.call()
        if not self._lot.await_all(self._count, within_s=PARKING_S):
            self._drop_beginners()
            if not self._lot.await_all(self._count, within_s=1):
                self._lot.let_go()
                raise TimeoutError("a request takes too long to be handed over")
        with self._lock:
            stopped = [(connection, session.stopped()) for connection, session in self._live()]
        return Taken(self._listening, stopped)

    def go_on(self) -> None:
        """Serve on after :meth:`stop`."""
        self._lot.let_go()

    def leave(self) -> None:
        """End without a word to anybody: another process has all the sockets."""
        self._inode = 0
        self._is_closed = True
        self._lot.end()
        self._join()

    def close(self) -> None:
        """Take no more connections, end those there are, and wait for their last request.

        After :meth:`leave`, or a second time, nothing is done.
        """
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            sessions = self._live()
        for connection, _ in sessions:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        with suppress(OSError):
            if self._inode and self._path.stat().st_ino == self._inode:
                self._path.unlink()
        self._lot.end()
        self._join()

    def _join(self) -> None:
        for thread in [*self._sessions, self._accepting]:
            if thread.ident is not None:
                thread.join()
        self._lot.close()

    def _live(self) -> list[tuple[socket.socket, Session]]:
        return list(self._sessions.values())

    def _count(self) -> int:
        """Return how many threads there are to be held."""
        return len(self._sessions) + self._accepting.is_alive()

    def _drop_beginners(self) -> None:
        with self._lock:
            beginners = [c for c, session in self._live() if not session.is_agreed]
        for connection in beginners:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _begin(self, connection: socket.socket, stopped: Stopped | None = None) -> None:
        with self._lock:
            if self._is_closed or len(self._sessions) >= MOST_CONNECTIONS:
                connection.close()
                return
            connection.setblocking(True)
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
                connection.setsockopt(socket.SOL_SOCKET, option, SOCKET_BYTES)
            session = Session(connection, self._disk, self._lot, stopped)
            thread = threading.Thread(
                target=self._run, args=(connection, session), name="nbd-session", daemon=True
            )
            self._sessions[thread] = connection, session
            thread.start()

    def _run(self, connection: socket.socket, session: Session) -> None:
        try:
            session.run()
        finally:
            connection.close()
            with self._lock:
                self._sessions.pop(threading.current_thread(), None)
                self._count_out(session)
            self._lot.look_again()

    def _count_out(self, session: Session) -> None:
        """Remember what a client used that has gone, or forget all with the last one."""
        if self._sessions:
            both = zip(self._used, session.used(), strict=True)
            self._used = Counters(*map(sum, both))
            return
        self._used = Counters()
        # The clients of one that was left are another process' now, and so is the file.
        if self._inode:
            with suppress(OSError):
                used_at(self._path).unlink(missing_ok=True)


def listening_at(path: Path) -> socket.socket:
    """Return a listening socket for this user only; one that was left behind is replaced."""
    listening = socket.socket(socket.AF_UNIX)
    # Nobody can connect to it under its name before it is private.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        draft.unlink()
    listening.bind(str(draft))
    draft.chmod(0o600)
    listening.listen(MOST_CONNECTIONS)
    draft.rename(path)
    return listening
