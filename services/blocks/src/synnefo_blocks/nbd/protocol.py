# SPDX-License-Identifier: Apache-2.0
"""Numbers and layouts of the NBD protocol. All integers are big-endian.

Source: the NBD project's doc/proto.md.
"""

from __future__ import annotations

import enum
import struct

GREETING = struct.Struct(">8s8sH")
INIT_MAGIC, OPTION_MAGIC = b"NBDMAGIC", b"IHAVEOPT"
FIXED_NEWSTYLE, NO_ZEROES = 1, 2

OPTION = struct.Struct(">8sII")
OPTION_REPLY = struct.Struct(">QIII")
OPTION_REPLY_MAGIC = 0x3E889045565A9

REQUEST = struct.Struct(">IHHQQI")
REQUEST_MAGIC = 0x25609513
SIMPLE_REPLY = struct.Struct(">IIQ")
SIMPLE_MAGIC = 0x67446698
CHUNK = struct.Struct(">IHHQI")
DATA = struct.Struct(">IHHQIQ")
"""A chunk of what is read: its head, and where it begins."""
CHUNK_MAGIC = 0x668E33EF
CHUNK_DONE = 1

MOST_OPTION_BYTES = 8192
MOST_PAYLOAD_BYTES = 32 * 1024 * 1024
"""What QEMU and libnbd send at once, at most."""


class Option(enum.IntEnum):
    """What a client may ask for before it reads and writes."""

    EXPORT_NAME = 1
    ABORT = 2
    LIST = 3
    STARTTLS = 5
    INFO = 6
    GO = 7
    STRUCTURED_REPLY = 8
    LIST_META_CONTEXT = 9
    SET_META_CONTEXT = 10


class Answer(enum.IntEnum):
    """What it is told."""

    ACK = 1
    SERVER = 2
    INFO = 3
    META_CONTEXT = 4
    UNSUPPORTED = 0x80000001
    INVALID = 0x80000003
    TLS_REQUIRED = 0x80000005
    UNKNOWN = 0x80000006
    TOO_BIG = 0x80000009


class Flag(enum.IntFlag):
    """What an export can do."""

    HAS_FLAGS = 1
    FLUSH = 4
    FUA = 8
    TRIM = 0x20
    WRITE_ZEROES = 0x40
    DONT_FRAGMENT = 0x80
    MULTI_CONN = 0x100


class Command(enum.IntEnum):
    """What a client sends then."""

    READ = 0
    WRITE = 1
    DISCONNECT = 2
    FLUSH = 3
    TRIM = 4
    WRITE_ZEROES = 6
    BLOCK_STATUS = 7


FUA, NO_HOLE, ONE_EXTENT = 1, 2, 8

INFO_EXPORT, INFO_BLOCK_SIZE = 0, 3

CHUNK_NONE, CHUNK_DATA, CHUNK_HOLE, CHUNK_STATUS, CHUNK_ERROR = 0, 1, 2, 5, 0x8001

ALLOCATION = b"base:allocation"
ALLOCATION_ID = 1
HOLE_OF_ZEROS = 3
"""Not there (1) and reads as zeros (2)."""

# Not those of this machine: the protocol names these.
EPERM, EIO, ENOSPC, EINVAL, ENOTSUP, ESHUTDOWN = 1, 5, 28, 22, 95, 108
