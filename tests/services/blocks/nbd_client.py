# SPDX-License-Identifier: Apache-2.0
"""A client of NBD that says exactly what a test wants it to."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Any

from synnefo_blocks.nbd import protocol


class NbdClient:
    """A connection; requests may be sent in one piece and answered in any order."""

    def __init__(self, path: Path | str, *, is_structured: bool = False) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(str(path))
        magic, option_magic, flags = protocol.GREETING.unpack(self.take(18))
        assert (protocol.INIT_MAGIC, protocol.OPTION_MAGIC, 3) == (magic, option_magic, flags)
        self.send(struct.pack(">I", 3))
        if is_structured:
            assert [protocol.Answer.ACK] == [kind for kind, _ in self.ask(8)]
            query = struct.pack(">III", 0, 1, 15) + b"base:allocation"
            assert 2 == len(self.ask(10, query))

    def go(self) -> tuple[int, int]:
        """Begin; return the size and the flags of the export."""
        infos = self.ask(protocol.Option.GO, struct.pack(">IH", 0, 0))
        (export,) = (told for _, told in infos if told[:2] == bytes(2) and len(told) == 12)
        _, size_bytes, flags = struct.unpack(">HQH", export)
        return size_bytes, flags

    def ask(self, option: int, data: bytes = b"") -> list[tuple[int, bytes]]:
        self.send(protocol.OPTION.pack(protocol.OPTION_MAGIC, option, len(data)) + data)
        answers: list[tuple[int, bytes]] = []
        while not answers or answers[-1][0] in {2, 3, 4}:
            magic, echoed, kind, length = protocol.OPTION_REPLY.unpack(self.take(20))
            assert (protocol.OPTION_REPLY_MAGIC, option) == (magic, echoed)
            answers.append((kind, self.take(length)))
        return answers

    def request(
        self,
        command: int,
        offset: int = 0,
        length: int = 0,
        *,
        data: bytes = b"",
        flags: int = 0,
        cookie: int = 7,
    ) -> bytes:
        length = length or len(data)
        head = (protocol.REQUEST_MAGIC, flags, command, cookie, offset, length)
        return protocol.REQUEST.pack(*head) + data

    def call(self, *arguments: int, **rest: Any) -> int:
        """Send a request without an answer's content; return the error."""
        self.send(self.request(*arguments, **rest))
        return self.error()

    def error(self) -> int:
        error: int
        magic, error, _ = protocol.SIMPLE_REPLY.unpack(self.take(16))
        assert protocol.SIMPLE_MAGIC == magic
        return error

    def read(self, offset: int, length: int) -> bytes:
        assert 0 == self.call(protocol.Command.READ, offset, length)
        return self.take(length)

    def chunk(self) -> tuple[int, bytes]:
        magic, flags, kind, _, length = protocol.CHUNK.unpack(self.take(20))
        assert (protocol.CHUNK_MAGIC, protocol.CHUNK_DONE) == (magic, flags)
        return kind, self.take(length)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def take(self, length: int) -> bytes:
        content = b""
        while len(content) < length:
            piece = self.socket.recv(length - len(content))
            if not piece:
                raise EOFError(content)
            content += piece
        return content

    def close(self) -> None:
        self.socket.close()
