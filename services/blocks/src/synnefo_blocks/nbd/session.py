# SPDX-License-Identifier: Apache-2.0
"""One connection: requests are answered in batches, flushes beside them."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from collections.abc import Callable

from synnefo_blocks.nbd import protocol
from synnefo_blocks.nbd.disk import Disk
from synnefo_blocks.nbd.handshake import Handshake
from synnefo_blocks.nbd.protocol import Command
from synnefo_blocks.nbd.wire import Ended, Inbox, Outbox
from synnefo_core.contracts.storage import Fenced, StorageError, StorageFull

log = logging.getLogger(__name__)

MOST_EXTENTS = 4096
_ZEROS = memoryview(bytes(1024 * 1024))


class Session:
    """A client of a disk."""

    def __init__(self, connection: socket.socket, disk: Disk) -> None:
        """Take a connection that was just accepted."""
        self._disk = disk
        # What was agreed on with this client; a disk that grows is larger for the next one.
        self._size_bytes = disk.size_bytes
        self._outbox = Outbox(connection)
        self._inbox = Inbox(connection, self._outbox)
        self._flushes: list[threading.Thread] = []
        self._writers: dict[int, Callable[[int, int, int], None]] = {
            Command.TRIM: lambda _flags, offset, length: disk.zero(offset, length),
            Command.WRITE_ZEROES: self._write_zeros,
        }

    def run(self) -> None:
        """Serve until the client goes; what it sent before is answered."""
        try:
            self._terms = Handshake(self._inbox, self._outbox, self._size_bytes).run()
            while self._request():
                continue
        except (Ended, OSError):
            return
        finally:
            for flush in self._flushes:
                flush.join()

    def _request(self) -> bool:
        """Serve one request; return False when the client says that it was the last."""
        head = self._inbox.take(protocol.REQUEST.size)
        magic, flags, command, cookie, offset, length = protocol.REQUEST.unpack(head)
        if magic != protocol.REQUEST_MAGIC:
            raise Ended
        if command == Command.DISCONNECT:
            self._outbox.send()
            return False
        if command in (Command.READ, Command.WRITE) and length > protocol.MOST_PAYLOAD_BYTES:
            raise Ended
        data = self._inbox.take(length) if command == Command.WRITE else None
        if command == Command.FLUSH:
            self._flush_beside(cookie)
            return True
        is_chunked = self._terms.is_structured and command in (Command.READ, Command.BLOCK_STATUS)
        error = self._tried(
            lambda: self._served(command, flags, cookie, offset=offset, length=length, data=data)
        )
        if error is not None and is_chunked:
            self._chunk(protocol.CHUNK_ERROR, cookie, struct.pack(">IH", error, 0))
        elif error is not None:
            self._simple(cookie, error)
        return True

    def _served(
        self,
        command: int,
        flags: int,
        cookie: int,
        *,
        offset: int,
        length: int,
        data: memoryview | None,
    ) -> None:
        if offset + length > self._size_bytes:
            raise ValueError("behind the end")
        if command == Command.READ:
            self._read(cookie, offset, length)
            return
        if command == Command.BLOCK_STATUS:
            self._tell(cookie, offset, length, is_one=bool(flags & protocol.ONE_EXTENT))
            return
        if data is not None:
            self._disk.write(offset, data)
        elif command in self._writers:
            self._writers[command](flags, offset, length)
        else:
            raise ValueError("no such command")
        if flags & protocol.FUA:
            self._disk.flush()
        self._simple(cookie)

    def _read(self, cookie: int, offset: int, length: int) -> None:
        content = self._disk.read(offset, length)
        if self._terms.is_structured:
            self._chunk(protocol.CHUNK_DATA, cookie, struct.pack(">Q", offset), content)
        else:
            self._outbox.add(protocol.SIMPLE_REPLY.pack(protocol.SIMPLE_MAGIC, 0, cookie), content)

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
            error = self._tried(self._disk.flush)
            self._simple(cookie, error or 0)
            try:
                self._outbox.send()
            except OSError:
                return

        self._flushes = [thread for thread in self._flushes if thread.is_alive()]
        thread = threading.Thread(target=flush, name="nbd-flush", daemon=True)
        self._flushes.append(thread)
        thread.start()

    def _tried(self, call: Callable[[], None]) -> int | None:
        """Call, and return what the client is told went wrong; None when nothing did."""
        try:
            call()
        except ValueError:
            return protocol.EINVAL
        except StorageFull:
            return protocol.ENOSPC
        except Fenced as refusal:
            log.warning("no longer the writer: %s", refusal)
            return protocol.ESHUTDOWN
        except StorageError:
            log.exception("request failed")
            return protocol.EIO
        return None

    def _simple(self, cookie: int, error: int = 0) -> None:
        self._outbox.add(protocol.SIMPLE_REPLY.pack(protocol.SIMPLE_MAGIC, error, cookie))

    def _chunk(self, kind: int, cookie: int, *pieces: bytes) -> None:
        length = sum(map(len, pieces))
        head = (protocol.CHUNK_MAGIC, protocol.CHUNK_DONE, kind, cookie, length)
        self._outbox.add(protocol.CHUNK.pack(*head), *pieces)
