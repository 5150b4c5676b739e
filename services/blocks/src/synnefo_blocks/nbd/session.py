# SPDX-License-Identifier: Apache-2.0
"""One connection: requests are answered in batches, flushes beside them."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from synnefo_blocks.nbd import protocol
from synnefo_blocks.nbd.disk import Disk
from synnefo_blocks.nbd.handshake import Handshake, Terms
from synnefo_blocks.nbd.parking import Lot, Parked
from synnefo_blocks.nbd.patience import PatientDisk
from synnefo_blocks.nbd.protocol import Command
from synnefo_blocks.nbd.wire import Ended, Inbox, Outbox
from synnefo_blocks.volumes import Part
from synnefo_core.contracts.storage import CLUSTER_BYTES, Fenced, StorageError, StorageFull

log = logging.getLogger(__name__)

MOST_EXTENTS = 4096
# Looking at members of an enumeration costs as much as reading from memory does.
_READ, _WRITE, _DATA = int(Command.READ), int(Command.WRITE), protocol.CHUNK_DATA
_ZEROS = memoryview(bytes(1024 * 1024))


@dataclass(frozen=True)
class Stopped:
    """A client between two requests, for another process to go on with.

    Attributes:
        terms: What was agreed on.
        size_bytes: The size that it knows.
        received: What it has sent and nobody has looked at: the beginning of the next request.
    """

    terms: Terms
    size_bytes: int
    received: bytes


class Counters(NamedTuple):
    """How much a disk was used, as :class:`synnefo_core.contracts.figures.Disk` has it."""

    read_bytes: int = 0
    write_bytes: int = 0
    reads: int = 0
    writes: int = 0


class Session:
    """A client of a disk."""

    def __init__(
        self, connection: socket.socket, disk: Disk, lot: Lot, stopped: Stopped | None = None
    ) -> None:
        """Take a connection that was just accepted, or one that another process had."""
        self._disk, self._lot = PatientDisk(disk, lot.pause), lot
        # What was agreed on with this client; a disk that grows is larger for the next one.
        self._size_bytes = stopped.size_bytes if stopped else disk.size_bytes
        self._terms, self.is_agreed = Terms(), stopped is not None
        self._outbox = Outbox(connection)
        self._inbox = Inbox(connection, self._outbox, lot)
        if stopped is not None:
            self._terms = stopped.terms
            self._inbox.put(stopped.received)
        self._flushes: list[threading.Thread] = []
        # Only this session's thread counts, so nobody waits for who looks.
        self._reads = self._read_bytes = self._writes = self._write_bytes = 0
        self._writers: dict[int, Callable[[int, int, int], None]] = {
            Command.TRIM: lambda _flags, offset, length: self._disk.zero(offset, length),
            Command.WRITE_ZEROES: self._write_zeros,
        }

    def run(self) -> None:
        """Serve until the client goes, or another process does; what it sent before is answered."""
        try:
            if not self.is_agreed:
                self._terms = Handshake(self._inbox, self._outbox, self._size_bytes).run()
                self.is_agreed = True
            while self._requests():
                continue
        except (Ended, OSError):
            return
        finally:
            self._end_flushes()

    def stopped(self) -> Stopped:
        """Return what is to be known to go on; only while the thread is held."""
        return Stopped(self._terms, self._size_bytes, self._inbox.rest())

    def used(self) -> Counters:
        """Return what was read and written so far; trimmed or zeroed is neither."""
        return Counters(
            read_bytes=self._read_bytes,
            write_bytes=self._write_bytes,
            reads=self._reads,
            writes=self._writes,
        )

    def _requests(self) -> bool:
        """Serve requests until it is to be held, then until it goes on; False: it ends."""
        try:
            while self._request():
                continue
        except Parked:
            self._end_flushes()
            self._outbox.send()
            return self._lot.stay()
        return False

    def _end_flushes(self) -> None:
        for flush in self._flushes:
            flush.join()

    def _request(self) -> bool:
        """Serve one request; return False when the client says that it was the last."""
        magic, flags, command, cookie, offset, length = self._inbox.take_record(protocol.REQUEST)
        if magic != protocol.REQUEST_MAGIC:
            raise Ended
        if command <= _WRITE and length > protocol.MOST_PAYLOAD_BYTES:
            raise Ended
        try:
            if command == _READ:
                self._read(cookie, offset, length)
            elif command == _WRITE:
                self._write(flags, cookie, offset, self._inbox.take(length))
            else:
                return self._seldom(command, flags, cookie, offset=offset, length=length)
        except (ValueError, StorageError) as fault:
            self._refuse(command, cookie, _told(fault))
        return True

    def _read(self, cookie: int, offset: int, length: int) -> None:
        if offset + length > self._size_bytes:
            raise ValueError("behind the end")
        is_long = length > CLUSTER_BYTES and self._terms.is_structured
        parts = self._disk.parts(offset, length) if is_long else ()
        if parts:
            self._pass_on(cookie, offset, length, parts=parts)
        else:
            content = self._disk.read(offset, length)
            if self._terms.is_structured:
                head = protocol.DATA.pack(
                    protocol.CHUNK_MAGIC, protocol.CHUNK_DONE, _DATA, cookie, length + 8, offset
                )
            else:
                head = protocol.SIMPLE_REPLY.pack(protocol.SIMPLE_MAGIC, 0, cookie)
            self._outbox.add(head, content)
        self._reads += 1
        self._read_bytes += length

    def _pass_on(self, cookie: int, offset: int, length: int, *, parts: Sequence[Part]) -> None:
        """Answer a read with what is in files; an error comes behind the content."""
        faults: list[ValueError | StorageError] = []

        def read(at: int, missing: int) -> bytes:
            try:
                return self._disk.read(offset + at, missing)
            except (ValueError, StorageError) as fault:
                faults.append(fault)
                return bytes(missing)

        head = protocol.DATA.pack(protocol.CHUNK_MAGIC, 0, _DATA, cookie, length + 8, offset)
        self._outbox.pass_on(head, parts, read)
        if faults:
            raise faults[0]
        self._chunk(protocol.CHUNK_NONE, cookie)

    def _write(self, flags: int, cookie: int, offset: int, data: memoryview) -> None:
        length = len(data)
        if offset + length > self._size_bytes:
            raise ValueError("behind the end")
        self._disk.write(offset, data)
        if flags & protocol.FUA:
            self._disk.flush()
        self._simple(cookie)
        self._writes += 1
        self._write_bytes += length

    def _seldom(self, command: int, flags: int, cookie: int, *, offset: int, length: int) -> bool:
        """Serve a request other than those that move data; as :meth:`_request`."""
        if command == Command.DISCONNECT:
            self._outbox.send()
            return False
        if command == Command.FLUSH:
            self._flush_beside(cookie)
            return True
        if offset + length > self._size_bytes:
            raise ValueError("behind the end")
        if command == Command.BLOCK_STATUS:
            self._tell(cookie, offset, length, is_one=bool(flags & protocol.ONE_EXTENT))
            return True
        if command not in self._writers:
            raise ValueError("no such command")
        self._writers[command](flags, offset, length)
        if flags & protocol.FUA:
            self._disk.flush()
        self._simple(cookie)
        return True

    def _refuse(self, command: int, cookie: int, error: int) -> None:
        if self._terms.is_structured and command in (Command.READ, Command.BLOCK_STATUS):
            self._chunk(protocol.CHUNK_ERROR, cookie, struct.pack(">IH", error, 0))
        else:
            self._simple(cookie, error)

    def _tell(self, cookie: int, offset: int, length: int, *, is_one: bool) -> None:
        """Say what of a range is there; less than was asked for is allowed."""
        if not self._terms.tells_allocation or not length:
            raise ValueError("not agreed on, or of nothing")
        extents: list[list[int]] = []
        for part, is_there in self._disk.present(offset, length):
            state = 0 if is_there else protocol.HOLE_OF_ZEROS
            if extents and extents[-1][1] == state:
                extents[-1][0] += part
            elif len(extents) == (1 if is_one else MOST_EXTENTS):
                break
            else:
                extents.append([part, state])
        told = b"".join(struct.pack(">II", *extent) for extent in extents)
        number = struct.pack(">I", protocol.ALLOCATION_ID)
        self._chunk(protocol.CHUNK_STATUS, cookie, number, told)

    def _write_zeros(self, flags: int, offset: int, length: int) -> None:
        if not flags & protocol.NO_HOLE:
            self._disk.zero(offset, length)
            return
        while length > 0:
            part = min(length, len(_ZEROS))
            self._disk.write(offset, _ZEROS[:part])
            offset, length = offset + part, length - part

    def _flush_beside(self, cookie: int) -> None:
        """Flush while other requests go on: a disk that takes its time holds up nobody."""

        def flush() -> None:
            try:
                self._disk.flush()
                self._simple(cookie)
            except StorageError as fault:
                self._simple(cookie, _told(fault))
            try:
                self._outbox.send()
            except OSError:
                return

        self._flushes = [thread for thread in self._flushes if thread.is_alive()]
        thread = threading.Thread(target=flush, name="nbd-flush", daemon=True)
        self._flushes.append(thread)
        thread.start()

    def _simple(self, cookie: int, error: int = 0) -> None:
        self._outbox.add(protocol.SIMPLE_REPLY.pack(protocol.SIMPLE_MAGIC, error, cookie))

    def _chunk(self, kind: int, cookie: int, *pieces: bytes) -> None:
        length = sum(map(len, pieces))
        head = (protocol.CHUNK_MAGIC, protocol.CHUNK_DONE, kind, cookie, length)
        self._outbox.add(protocol.CHUNK.pack(*head), *pieces)


def _told(fault: ValueError | StorageError) -> int:
    """Return what the client is told went wrong."""
    if isinstance(fault, ValueError):
        return protocol.EINVAL
    if isinstance(fault, StorageFull):
        return protocol.ENOSPC
    if isinstance(fault, Fenced):
        log.warning("no longer the writer: %s", fault)
        return protocol.ESHUTDOWN
    log.error("request failed", exc_info=fault)
    return protocol.EIO
