# SPDX-License-Identifier: Apache-2.0
"""Replacing a server under a running guest: the new process gets the sockets of the old one.

The old process listens at a socket beside its own (:func:`door`, 0600). The new one connects, and:

1. The old one holds all threads between two requests, flushes, and sends its sockets with
   what was agreed on and what it received and did not look at: a length of 4 bytes, and JSON.
2. The new one opens the volume under the same epoch and says ``R``.
3. The old one says ``G`` and writes nothing from then on. The new one serves.

If the new one dies or fails before the ``R``, the old one goes on as if nothing had been.
"""

from __future__ import annotations

import array
import base64
import json
import logging
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from synnefo_blocks.nbd.handshake import Terms
from synnefo_blocks.nbd.server import Server, Taken, listening_at
from synnefo_blocks.nbd.session import Stopped
from synnefo_blocks.volumes import Volume
from synnefo_core.contracts.storage import StorageError

log = logging.getLogger(__name__)

VERSION = 1
MOST_SOCKETS = 64
OPENING_S = 60.0
"""So long the new process may take to open the volume; the guest waits meanwhile."""
_LENGTH = struct.Struct(">I")
_READY, _GO = b"R", b"G"


def door(path: Path) -> Path:
    """Return where the server of a socket can be asked to hand over."""
    return path.with_name(path.name + ".next")


class Door:
    """Where a new process comes to take over."""

    def __init__(
        self, volume: Volume, server: Server, path: Path, left: Callable[[], None]
    ) -> None:
        """Listen.

        Args:
            volume: What is served.
            server: By what.
            path: Its socket.
            left: Called when another process has taken over.
        """
        self._volume, self._server, self._path, self._left = volume, server, door(path), left
        self._listening = listening_at(self._path)
        self._inode = self._path.stat().st_ino
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="nbd-door", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let nobody take over any more."""
        self._is_closed = True
        with suppress(OSError):
            # Closing what is waited for wakes nobody.
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        with suppress(OSError):
            # As long as this one is open, no other file has its number.
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
        self._listening.close()

    def _run(self) -> None:
        while not self._is_closed:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(OPENING_S)
                try:
                    is_over = self._handed(connection)
                except (OSError, StorageError) as fault:
                    log.warning("not handed over, serving on: %s", fault)
                    continue
            if is_over:
                self._left()
                return

    def _handed(self, connection: socket.socket) -> bool:
        taken, is_over = self._server.stop(), False
        try:
            with self._volume.paused():
                is_over = self._agreed(connection, taken)
        finally:
            if is_over:
                self._server.leave()
            else:
                self._server.go_on()
        return is_over

    def _agreed(self, connection: socket.socket, taken: Taken) -> bool:
        _send(connection, self._volume.epoch, taken)
        if connection.recv(1) != _READY:
            log.warning("who was to take over has gone, serving on")
            return False
        self._volume.leave()
        with suppress(OSError):
            connection.sendall(_GO)
        return True


@dataclass(frozen=True)
class Offered:
    """What a server is ready to hand over."""

    epoch: int
    taken: Taken
    connection: socket.socket

    def take(self) -> None:
        """Say that this process is ready.

        Raises:
            OSError: The other one has gone or serves on.
        """
        with self.connection:
            self.connection.sendall(_READY)
            if self.connection.recv(1) != _GO:
                raise ConnectionError("the server that was to be replaced serves on")

    def decline(self) -> None:
        """Take nothing: the other one serves on."""
        sockets = [self.taken.listening, *(each for each, _ in self.taken.connections)]
        for each in (self.connection, *sockets):
            each.close()


def ask(path: Path) -> Offered:
    """Ask the server of a socket to hand over.

    Raises:
        OSError: There is none, or it can't now.
    """
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(OPENING_S)
    connection.connect(str(door(path)))
    content, descriptors, _, _ = socket.recv_fds(connection, _LENGTH.size, MOST_SOCKETS)
    if len(content) < _LENGTH.size:
        raise ConnectionError("the server does not hand over now")
    (length,) = _LENGTH.unpack(content)
    told = json.loads(_received(connection, length))
    if told["version"] != VERSION:
        raise ConnectionError(f"the server hands over by version {told['version']}")
    listening, *sockets = (socket.socket(fileno=descriptor) for descriptor in descriptors)
    stopped = [_stopped(each) for each in told["connections"]]
    taken = Taken(listening, list(zip(sockets, stopped, strict=True)))
    return Offered(told["epoch"], taken, connection)


def _send(connection: socket.socket, epoch: int, taken: Taken) -> None:
    told = {
        "version": VERSION,
        "epoch": epoch,
        "connections": [_told(stopped) for _, stopped in taken.connections],
    }
    content = json.dumps(told).encode()
    sockets = [taken.listening, *(each for each, _ in taken.connections)]
    rights = array.array("i", [each.fileno() for each in sockets])
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
    connection.sendmsg([_LENGTH.pack(len(content))], ancillary)
    connection.sendall(content)


def _told(stopped: Stopped) -> dict[str, object]:
    return {
        **asdict(stopped.terms),
        "size_bytes": stopped.size_bytes,
        "received": base64.b64encode(stopped.received).decode(),
    }


def _stopped(told: dict[str, object]) -> Stopped:
    terms = Terms(bool(told["is_structured"]), bool(told["tells_allocation"]))
    size_bytes, received = int(str(told["size_bytes"])), base64.b64decode(str(told["received"]))
    return Stopped(terms, size_bytes, received)


def _received(connection: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < length:
        piece = connection.recv(length - len(content))
        if not piece:
            raise ConnectionError("the server has gone while it handed over")
        content += piece
    return content
