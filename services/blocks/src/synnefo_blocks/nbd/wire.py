# SPDX-License-Identifier: Apache-2.0
"""The two directions of a connection, made so that many small requests cost few system calls."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any

from synnefo_blocks.nbd.parking import Lot, Parked
from synnefo_blocks.volumes import Part, Stored

INBOX_BYTES = 256 * 1024
OUTBOX_BYTES = 1024 * 1024
MOST_PIECES = 512
"""Fewer than the system takes at once."""

_GONE = {errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN, errno.ESHUTDOWN, errno.EBADF}
"""What the socket says, and no file."""

Piece = bytes | bytearray | memoryview


class Ended(Exception):
    """The other side has closed the connection."""


class Outbox:
    """What is to be sent, in messages that stay whole; several threads may use it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._pieces: list[Piece] = []
        self._waiting = 0

    def add(self, *pieces: Piece) -> None:
        """Send a message soon, at the latest with the next :meth:`send`."""
        with self._lock:
            self._pieces += pieces
            for piece in pieces:
                self._waiting += len(piece)
            if self._waiting >= OUTBOX_BYTES:
                self._send()

    def pass_on(
        self, head: bytes, parts: Sequence[Part], read: Callable[[int, int], bytes]
    ) -> None:
        """Send a message whose content is in files, and all before it, now.

        Args:
            head: What the message begins with.
            parts: What follows; what is in files comes to the socket without a copy.
            read: Returns so many bytes from a place in the content: where a file ends too early, or
                can't be read.

        Raises:
            OSError: The other side closed the connection.
        """
        with self._lock:
            self._pieces.append(head)
            at = 0
            for part in parts:
                at += self._add_part(part, at, read)
            self._send()

    def _add_part(self, part: Part, at: int, read: Callable[[int, int], bytes]) -> int:
        """Send a file, or anything else soon; return how many bytes that was."""
        if isinstance(part, bytes):
            self._pieces.append(part)
            return len(part)
        self._send()
        sent = self._send_file(part)
        if sent < part.length:
            self._pieces.append(read(at + sent, part.length - sent))
        return part.length

    def _send_file(self, part: Stored) -> int:
        """Send as much as is there; return how many bytes that was."""
        sent = 0
        while sent < part.length:
            try:
                count = os.sendfile(
                    self._connection.fileno(),
                    part.descriptor,
                    part.offset + sent,
                    part.length - sent,
                )
            except OSError as fault:
                if fault.errno in _GONE:
                    raise
                return sent
            if not count:
                return sent
            sent += count
        return sent

    def send(self) -> None:
        """Send what waits."""
        if self._pieces:
            with self._lock:
                self._send()

    def _send(self) -> None:
        pieces, self._pieces, self._waiting = self._pieces, [], 0
        for at in range(0, len(pieces), MOST_PIECES):
            self._send_some(pieces[at : at + MOST_PIECES])

    def _send_some(self, pieces: Sequence[Piece]) -> None:
        sent = self._connection.sendmsg(pieces)
        if sent == sum(map(len, pieces)):
            return
        left = [memoryview(piece) for piece in pieces if len(piece)]
        while left:
            while left and sent >= len(left[0]):
                sent -= len(left.pop(0))
            if left:
                left[0] = left[0][sent:]
                sent = self._connection.sendmsg(left)


class Inbox:
    """What was received. Before it waits for more, everything that is to be sent is sent."""

    def __init__(self, connection: socket.socket, outbox: Outbox, lot: Lot) -> None:
        self._connection, self._outbox, self._lot = connection, outbox, lot
        self._wait = lot.watch(connection.fileno())
        self._buffer = memoryview(bytearray(INBOX_BYTES))
        self._start = self._stop = 0
        self._room = memoryview(b"")

    def take(self, length: int) -> memoryview:
        """Return so many bytes; good until the next call.

        Raises:
            Ended: The other side closed the connection before.
        """
        there = self._stop - self._start
        if there < length:
            if length > INBOX_BYTES:
                return self._large(length)
            self._fill(length)
        self._start += length
        return self._buffer[self._start - length : self._start]

    def take_record(self, layout: Struct) -> tuple[Any, ...]:
        """Return the fields of a record.

        Raises:
            Ended: The other side closed the connection before.
            Parked: It is not there, and the thread is to wait for something else.
        """
        if self._stop - self._start < layout.size:
            self._make_room(layout.size)
            while self._stop - self._start < layout.size:
                self._stop += self._receive_or_park(self._buffer[self._stop :])
        self._start += layout.size
        return layout.unpack_from(self._buffer, self._start - layout.size)

    def rest(self) -> bytes:
        """Return what was received and not taken."""
        return bytes(self._buffer[self._start : self._stop])

    def put(self, received: bytes) -> None:
        """Begin with what another process received."""
        self._stop = len(received)
        self._buffer[: self._stop] = received

    def _fill(self, length: int) -> None:
        self._make_room(length)
        while self._stop - self._start < length:
            self._stop += self._receive(self._buffer[self._stop :])

    def _make_room(self, length: int) -> None:
        there = self._stop - self._start
        if self._start + length > INBOX_BYTES:
            self._buffer[:there] = bytes(self._buffer[self._start : self._stop])
            self._start, self._stop = 0, there
        elif not there:
            self._start = self._stop = 0

    def _large(self, length: int) -> memoryview:
        # Kept, since new memory costs as much as what is received into it.
        if len(self._room) < length:
            self._room = memoryview(bytearray(length))
        content = self._room[:length]
        there = self._stop - self._start
        content[:there] = self._buffer[self._start : self._stop]
        self._start = self._stop = 0
        while there < length:
            there += self._receive(content[there:], socket.MSG_WAITALL)
        return content

    def _receive_or_park(self, room: memoryview) -> int:
        """Receive at the beginning of a request, where the thread can be held."""
        while not self._lot.is_called:
            try:
                return self._receive(room, socket.MSG_DONTWAIT)
            except BlockingIOError:
                self._wait()
        raise Parked

    def _receive(self, room: memoryview, flags: int = 0) -> int:
        self._outbox.send()
        count = self._connection.recv_into(room, 0, flags)
        if not count:
            raise Ended
        return count
