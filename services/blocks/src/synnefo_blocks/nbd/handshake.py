# SPDX-License-Identifier: Apache-2.0
"""What server and client agree on before the first request: "fixed newstyle" negotiation."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from synnefo_blocks.nbd import protocol
from synnefo_blocks.nbd.protocol import Answer, Flag, Option
from synnefo_blocks.nbd.wire import Ended, Inbox, Outbox

FLAGS = (
    Flag.HAS_FLAGS
    | Flag.FLUSH
    | Flag.FUA
    | Flag.TRIM
    | Flag.WRITE_ZEROES
    | Flag.DONT_FRAGMENT
    | Flag.MULTI_CONN
)
PREFERRED_BYTES = 64 * 1024


@dataclass
class Terms:
    """What was agreed on.

    Attributes:
        is_structured: Whether what is read comes in chunks.
        tells_allocation: Whether the client may ask what is there.
    """

    is_structured: bool = False
    tells_allocation: bool = False


class Handshake:
    """One negotiation. There is one export, with the empty name; any other one is unknown."""

    def __init__(self, inbox: Inbox, outbox: Outbox, size_bytes: int) -> None:
        """Begin it; ``size_bytes`` is that of the export."""
        self._inbox, self._outbox, self._size_bytes = inbox, outbox, size_bytes
        self._terms = Terms()
        self._leaves_out_zeros = False

    def run(self) -> Terms:
        """Return what was agreed on.

        Raises:
            Ended: The client wants nothing more, or does not speak the protocol.
        """
        flags = protocol.FIXED_NEWSTYLE | protocol.NO_ZEROES
        self._outbox.add(protocol.GREETING.pack(protocol.INIT_MAGIC, protocol.OPTION_MAGIC, flags))
        (asked,) = struct.unpack(">I", self._inbox.take(4))
        if asked & ~flags:
            raise Ended
        self._leaves_out_zeros = bool(asked & protocol.NO_ZEROES)
        while not self._option():
            continue
        return self._terms

    def _option(self) -> bool:
        """Answer one option; return whether requests follow."""
        magic, option, length = protocol.OPTION.unpack(self._inbox.take(protocol.OPTION.size))
        if magic != protocol.OPTION_MAGIC or length > protocol.MOST_PAYLOAD_BYTES:
            raise Ended
        data = bytes(self._inbox.take(length))
        if length > protocol.MOST_OPTION_BYTES:
            self._answer(option, Answer.TOO_BIG)
            return False
        if option == Option.EXPORT_NAME:
            return self._old_go(data)
        if option == Option.ABORT:
            self._answer(option, Answer.ACK)
            self._outbox.send()
            raise Ended
        try:
            return self._answered(option, data)
        except (struct.error, ValueError):
            self._answer(option, Answer.INVALID)
            return False

    def _answered(self, option: int, data: bytes) -> bool:
        if option in (Option.INFO, Option.GO):
            return self._info(option, data)
        if option in (Option.LIST_META_CONTEXT, Option.SET_META_CONTEXT):
            self._contexts(option, data)
        elif option not in (Option.LIST, Option.STRUCTURED_REPLY):
            self._answer(option, Answer.UNSUPPORTED)
        elif data:
            self._answer(option, Answer.INVALID)
        elif option == Option.LIST:
            self._answer(option, Answer.SERVER, struct.pack(">I", 0))
            self._answer(option, Answer.ACK)
        else:
            self._terms.is_structured = True
            self._answer(option, Answer.ACK)
        return False

    def _old_go(self, name: bytes) -> bool:
        if name:
            raise Ended
        zeros = b"" if self._leaves_out_zeros else bytes(124)
        self._outbox.add(struct.pack(">QH", self._size_bytes, FLAGS) + zeros)
        return True

    def _info(self, option: int, data: bytes) -> bool:
        name, rest = _counted(data)
        (count,) = struct.unpack_from(">H", rest)
        if len(rest) != 2 + 2 * count:
            raise ValueError("the list of what is asked has another length")
        if name:
            self._answer(option, Answer.UNKNOWN)
            return False
        export = struct.pack(">HQH", protocol.INFO_EXPORT, self._size_bytes, FLAGS)
        sizes = (1, PREFERRED_BYTES, protocol.MOST_PAYLOAD_BYTES)
        self._answer(option, Answer.INFO, export)
        self._answer(option, Answer.INFO, struct.pack(">HIII", protocol.INFO_BLOCK_SIZE, *sizes))
        self._answer(option, Answer.ACK)
        return option == Option.GO

    def _contexts(self, option: int, data: bytes) -> None:
        name, rest = _counted(data)
        (count,) = struct.unpack_from(">I", rest)
        rest, queries = rest[4:], []
        for _ in range(count):
            query, rest = _counted(rest)
            queries.append(query)
        if rest or (option == Option.SET_META_CONTEXT and not self._terms.is_structured):
            raise ValueError("the list of contexts has another length, or comes too early")
        if name:
            self._answer(option, Answer.UNKNOWN)
            return
        is_list = option == Option.LIST_META_CONTEXT
        names = {protocol.ALLOCATION} | ({b"base:"} if is_list else set())
        found = bool(names & set(queries)) or (is_list and not queries)
        if not is_list:
            self._terms.tells_allocation = found
        if found:
            number = struct.pack(">I", 0 if is_list else protocol.ALLOCATION_ID)
            self._answer(option, Answer.META_CONTEXT, number + protocol.ALLOCATION)
        self._answer(option, Answer.ACK)

    def _answer(self, option: int, answer: Answer, data: bytes = b"") -> None:
        head = (protocol.OPTION_REPLY_MAGIC, option, answer, len(data))
        self._outbox.add(protocol.OPTION_REPLY.pack(*head) + data)


def _counted(data: bytes) -> tuple[bytes, bytes]:
    """Return a string that its length precedes, and what follows."""
    (length,) = struct.unpack_from(">I", data)
    if len(data) < 4 + length:
        raise ValueError("a string is longer than what holds it")
    return data[4 : 4 + length], data[4 + length :]
