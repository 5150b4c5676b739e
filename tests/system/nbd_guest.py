# SPDX-License-Identifier: Apache-2.0
"""A guest that writes, flushes and reads at random until it is interrupted, and counts its answers.

``python -m tests.system.nbd_guest SOCKET``. Many requests are under way at any moment; each has a
cookie of its own and is answered once, without an error. What was acknowledged is read back.
"""

from __future__ import annotations

import random
import signal
import struct
import sys
from itertools import count

from synnefo_blocks.nbd.protocol import SIMPLE_MAGIC, SIMPLE_REPLY, Command
from tests.services.blocks.nbd_client import NbdClient

BLOCK_BYTES, DEPTH = 4096, 16
ROUNDS_AT_LEAST = 50


class Guest:
    """A client that knows what it wrote."""

    def __init__(self, path: str) -> None:
        self.client = NbdClient(path)
        size_bytes, _ = self.client.go()
        self.blocks = size_bytes // BLOCK_BYTES
        self.content: dict[int, int] = {}
        self.cookies = count(1)
        self.is_ended = False

    def round(self) -> None:
        """Have many requests under way at once: of different blocks, so that any order is right."""
        chosen = random.sample(range(self.blocks), DEPTH)
        reads = {next(self.cookies): block for block in chosen[: DEPTH // 2]}
        writes = {next(self.cookies): block for block in chosen[DEPTH // 2 :]}
        flush = next(self.cookies)
        message = [
            self.client.request(Command.READ, block * BLOCK_BYTES, BLOCK_BYTES, cookie=cookie)
            for cookie, block in reads.items()
        ]
        message += [
            self.client.request(
                Command.WRITE, block * BLOCK_BYTES, data=filled(cookie), cookie=cookie
            )
            for cookie, block in writes.items()
        ]
        message.append(self.client.request(Command.FLUSH, cookie=flush))
        self.client.send(b"".join(message))
        self._answers({*writes, flush}, reads)
        self.content |= {block: cookie for cookie, block in writes.items()}

    def _answers(self, others: set[int], reads: dict[int, int]) -> None:
        left = others | set(reads)
        while left:
            magic, error, cookie = SIMPLE_REPLY.unpack(self.client.take(SIMPLE_REPLY.size))
            assert (SIMPLE_MAGIC, 0) == (magic, error)
            left.remove(cookie)
            if cookie in reads:
                written = self.content.get(reads[cookie], 0)
                assert filled(written) == self.client.take(BLOCK_BYTES)

    def read_all(self) -> None:
        for block, cookie in self.content.items():
            assert filled(cookie) == self.client.read(block * BLOCK_BYTES, BLOCK_BYTES)


def filled(cookie: int) -> bytes:
    """Return a block that a request wrote; zeros for none."""
    return struct.pack(">Q", cookie) * (BLOCK_BYTES // 8)


def main(path: str) -> int:
    guest = Guest(path)

    def end(*_: object) -> None:
        guest.is_ended = True

    signal.signal(signal.SIGINT, end)
    rounds = 0
    while not guest.is_ended or rounds < ROUNDS_AT_LEAST:
        guest.round()
        rounds += 1
    guest.read_all()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
