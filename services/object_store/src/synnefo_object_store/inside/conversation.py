# SPDX-License-Identifier: Apache-2.0
"""Have a disk looked into by a process that can do no harm, and believe little of what it says.

That process asks for bytes of the disk and gets these and nothing else. How long it takes, how much
memory, and how much it reads and answers is bounded. Whatever comes of it, it is gone afterwards.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from synnefo_core import confinement
from synnefo_core.cloud import Cloud
from synnefo_core.confinement import Bounds
from synnefo_core.errors import NotFound, TooManyRequests, Unbuilt
from synnefo_object_store.inside.values import Question, UnreadableDisk

WORKER = Path(__file__).with_name("worker.py")

_MIB = 1024**2
_WHAT = "looking into disks"
_START_S = 60
_MOST_ASKED_BYTES = _MIB
_MOST_ANSWER_BYTES = 32 * _MIB
_MOST_READ_BYTES = 1024 * _MIB

_JSON, _BYTES = b"d", b"c"

_REFUSALS = {
    "circular": "the path leads through too many symbolic links",
    "crowded": "the folder has too many entries to be listed",
    "damaged": "the file system is damaged, or of a kind that can't be read",
    "scattered": "the file is in too many pieces to be sent",
    "special": "only files and folders can be read",
    "unknown": "there is no file system that can be read",
} | {
    name: f"the object is a {name} disk; only raw ones can be looked into"
    for name in ("qcow2", "vmdk", "vhdx", "vhd", "vdi")
}


class Readable(Protocol):
    """A content that is read by range."""

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the bytes from ``start`` to before ``stop``."""


@dataclass(frozen=True)
class Limits:
    """What looking into one disk may take, and how many are looked into at once."""

    bounds: Bounds
    places: threading.BoundedSemaphore


def limits_of(cloud: Cloud) -> Limits:
    """Return the limits of this process."""
    return cloud.shared("object_store.inside", lambda: _limits(cloud))


def _limits(cloud: Cloud) -> Limits:
    section = cloud.config.object_store
    bounds = Bounds(section.inside_memory_mib * _MIB, section.inside_time_s, 0)
    return Limits(bounds, threading.BoundedSemaphore(section.inside_at_once))


class Disk:
    """A content that may be looked into."""

    def __init__(self, content: Readable, size_bytes: int, *, limits: Limits) -> None:
        """Remember it; nothing is read yet."""
        self.content, self.size_bytes = content, size_bytes
        self._limits = limits

    @classmethod
    def of(cls, cloud: Cloud, content: Readable, size_bytes: int) -> Disk:
        """Return a content as a disk that is looked into within the limits of this process."""
        return cls(content, size_bytes, limits=limits_of(cloud))

    def ask(self, question: Question) -> dict[str, Any]:
        """Return what a new process answers.

        Raises:
            NotFound: Nothing is at that path.
            TooManyRequests: As many disks as this process reads at once are being read.
            UnreadableDisk: It can't be had within bounds, or the disk is not fit.
            Unbuilt: This machine has not what it takes.
        """
        return _understood(self._answer(question)[1], question)

    def ask_bytes(self, question: Question) -> bytes:
        """Return the bytes that a question asks for; raises what :meth:`ask` does."""
        kind, answer = self._answer(question)
        if kind == _BYTES:
            return answer
        _understood(answer, question)
        raise UnreadableDisk(_REFUSALS["damaged"])

    def _answer(self, question: Question) -> tuple[bytes, bytes]:
        confinement.require(_WHAT)
        if importlib.util.find_spec("pytsk3") is None:
            raise Unbuilt(f"{_WHAT}, which needs pytsk3,")
        bounds = self._limits.bounds
        if not self._limits.places.acquire(timeout=bounds.time_s):
            msg = "too many disks are being looked into, try again later"
            raise TooManyRequests(msg)
        try:
            with _process(bounds) as ours:
                # How long it took to start is not the disk's affair.
                until = time.monotonic() + bounds.time_s
                return _Conversation(ours, self, until).answer(question)
        except OSError as cause:
            # It ends by itself over what it can't bear to read, or when it takes more than it may.
            raise UnreadableDisk(
                f"the disk can't be read within {bounds.time_s} s and "
                f"{bounds.memory_bytes // _MIB} MiB of memory, or is damaged"
            ) from cause
        finally:
            self._limits.places.release()


def _understood(answer: bytes, question: Question) -> dict[str, Any]:
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError) as cause:
        raise UnreadableDisk(_REFUSALS["damaged"]) from cause
    if not isinstance(said, dict):
        raise UnreadableDisk(_REFUSALS["damaged"])
    if said.get("refused") == "missing":
        noun = "the file or folder"
        raise NotFound(noun, question.path)
    if "refused" in said:
        raise UnreadableDisk(_REFUSALS.get(str(said["refused"]), _REFUSALS["damaged"]))
    return said


@contextmanager
def _process(bounds: Bounds) -> Iterator[socket.socket]:
    """Have a process that has our socket's other end, and nothing else, until the block ends."""
    ours, theirs = socket.socketpair()
    with ours, tempfile.TemporaryDirectory(prefix="synnefo-inside-") as empty:
        with theirs:
            process = _started(bounds, theirs, empty)
        inner: list[int] = []
        try:
            _await_confined(ours)
            inner += _inner_process(process.pid)
            yield ours
        finally:
            for number in inner:
                _end(number)
            process.kill()
            process.wait()


def _started(bounds: Bounds, theirs: socket.socket, empty: str) -> subprocess.Popen[bytes]:
    # Whoever it is there, it writes nothing.
    Path(empty).chmod(0o555)
    # On green threads no socket blocks; over there it is to.
    os.set_blocking(theirs.fileno(), True)
    who = "root" if os.geteuid() == 0 else "user"
    confined = confinement.words(bounds, user="--map-root-user")
    return subprocess.Popen(  # fixed words
        [*confined, sys.executable, "-I", str(WORKER), empty, who],
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=confinement.environment("C.UTF-8"),
    )


def _await_confined(ours: socket.socket) -> None:
    """Wait until the process has given up all that it could do harm with."""
    ours.settimeout(_START_S)
    try:
        is_confined = ours.recv(1) == b"h"
    except OSError:
        is_confined = False
    if not is_confined:
        raise Unbuilt(f"{_WHAT}, for which no process can be confined here,")


def _inner_process(outer: int) -> list[int]:
    """Return a descriptor of the process that a program which began a name space waits for.

    It is to end with that program, but whoever takes it over could have it not do so.
    """
    children = Path(f"/proc/{outer}/task/{outer}/children")
    try:
        (number,) = children.read_text().split()
        found = os.pidfd_open(int(number))
        # The number could have gone to another process meanwhile.
        is_same = number in children.read_text().split()
    except (OSError, ValueError):
        return []
    if is_same:
        return [found]
    os.close(found)
    return []


def _end(descriptor: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    os.close(descriptor)


class _Conversation:
    """What is said over a socket."""

    def __init__(self, ours: socket.socket, disk: Disk, until: float) -> None:
        self._socket, self._disk, self._until = ours, disk, until
        self._read_bytes = 0

    def answer(self, question: Question) -> tuple[bytes, bytes]:
        """Return the kind of the answer, and it.

        Raises:
            OSError: There is none, or it comes too late.
        """
        asked = {
            "size_bytes": self._disk.size_bytes,
            "path": question.path,
            "marker": question.marker,
            "prefix": question.prefix,
            "limit": question.limit,
        }
        if question.span is not None:
            asked |= {"start": question.span[0], "stop": question.span[1]}
        words = json.dumps(asked).encode()
        self._send(struct.pack(">I", len(words)) + words)
        while (kind := self._received(1)) == b"r":
            self._give(*struct.unpack(">QI", self._received(12)))
        (length,) = struct.unpack(">I", self._received(4))
        expected = _JSON if question.span is None else _BYTES
        if length > _MOST_ANSWER_BYTES or kind not in (_JSON, expected):
            raise ConnectionAbortedError
        return kind, self._received(length)

    def _give(self, offset: int, length: int) -> None:
        """Send bytes of the disk."""
        self._read_bytes += length
        stop = offset + length
        if length > _MOST_ASKED_BYTES or stop > self._disk.size_bytes:
            raise ConnectionAbortedError
        if self._read_bytes > _MOST_READ_BYTES:
            raise TimeoutError
        for piece in self._disk.content.read(offset, stop):
            self._send(piece)

    def _send(self, data: bytes) -> None:
        self._socket.settimeout(self._left())
        self._socket.sendall(data)

    def _received(self, length: int) -> bytes:
        received = bytearray()
        while len(received) < length:
            self._socket.settimeout(self._left())
            piece = self._socket.recv(min(length - len(received), _MIB))
            if not piece:
                raise ConnectionResetError
            received += piece
        return bytes(received)

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
