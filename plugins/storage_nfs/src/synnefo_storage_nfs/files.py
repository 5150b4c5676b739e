# SPDX-License-Identifier: Apache-2.0
"""Files that are there as a whole or not at all, also after a crash."""

from __future__ import annotations

import mmap
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from synnefo_core.contracts.storage import StorageUnavailable
from synnefo_storage_nfs import direct

PAGE_BYTES = mmap.PAGESIZE
SAMPLE_BYTES = 128 * 1024
"""How far apart those bytes are from which is told what is in memory: files are read ahead so far."""
DRAFT_PREFIX = ".draft-"
DRAFT_AGE_S = 24 * 3600
"""Nobody writes one file for so long: an older draft is that of a dead writer."""

Content = bytes | memoryview
Location = str | Path
"""Blocks have their paths as strings: making a :class:`Path` costs more than most system calls."""


def draft_name() -> str:
    """Return a name that nobody else uses, for what is not finished."""
    return DRAFT_PREFIX + secrets.token_hex(8)


def is_draft(name: str) -> bool:
    return name.startswith(DRAFT_PREFIX)


def remove_if_abandoned(draft: Path) -> None:
    """Remove a draft, file or directory, that its writer left behind long ago."""
    with suppress(OSError):
        if time.time() - draft.lstat().st_mtime < DRAFT_AGE_S:
            return
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink()


@contextmanager
def opened(path: Location, flags: int = os.O_RDONLY) -> Iterator[int]:
    """Open a file for as long as the block runs.

    NFS may report a full disk as late as at ``close``: its error is raised like any other.
    """
    descriptor = os.open(path, flags, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def is_there(directory: Location) -> bool:
    """Say whether a directory is there, asking the server.

    An NFS client remembers for up to a minute what was there and what was not. Opening a directory
    makes it ask again, and then it sees what others made, replaced and removed inside, too.
    """
    try:
        with opened(directory, os.O_RDONLY | os.O_DIRECTORY):
            return True
    except FileNotFoundError:
        return False


def require_directory(directory: Location) -> None:
    """Refuse to take a directory that is not mounted for an empty one.

    Raises:
        StorageUnavailable: It is not there.
    """
    if not is_there(directory):
        raise StorageUnavailable(f"{directory} is gone; is it mounted?")


def forget_cached(descriptor: int, offset: int = 0, length: int | None = None) -> None:
    """Make this machine forget what it has in memory of a file, but for what is not written."""
    start = offset - offset % PAGE_BYTES
    end = 0 if length is None else offset + length + PAGE_BYTES
    os.posix_fadvise(descriptor, start, max(0, end - start), os.POSIX_FADV_DONTNEED)


def read_at(descriptor: int, offset: int, length: int) -> bytes:
    """Return ``length`` bytes from ``offset``; fewer only at the end of the file."""
    content = os.pread(descriptor, length, offset)
    while content and len(content) < length:
        more = os.pread(descriptor, length - len(content), offset + len(content))
        if not more:
            break
        content += more
    return content


def read_remembered(descriptor: int, offset: int, length: int) -> bytes:
    """Return up to ``length`` bytes from ``offset`` that this machine has in memory.

    Raises:
        OSError: The disk must be asked, or the filesystem can't tell.
    """
    content = bytearray(length)
    count = os.preadv(descriptor, [content], offset, os.RWF_NOWAIT)
    return bytes(memoryview(content)[:count])


def is_remembered(descriptor: int, offset: int, length: int) -> bool:
    """Say whether this machine very likely has so many bytes in memory; it has or lacks neighbours together.

    Raises:
        OSError: The disk must be asked, or the filesystem can't tell.
    """
    byte = [bytearray(1)]
    return all(
        os.preadv(descriptor, byte, place, os.RWF_NOWAIT)
        for place in (*range(offset, offset + length, SAMPLE_BYTES), offset + length - 1)
    )


def size_of(path: Location) -> int:
    """Return the size of a file as the server has it now.

    ``stat`` alone would let an NFS client answer from memory for what was removed elsewhere.
    """
    with opened(path) as descriptor:
        return os.fstat(descriptor).st_size


def exists(path: Location) -> bool:
    """Say whether a file is there; True is what the server says, False may be a memory."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    os.close(descriptor)
    return True


def read_whole(path: Path) -> bytes:
    with opened(path) as descriptor:
        return read_at(descriptor, 0, os.fstat(descriptor).st_size)


def write_at(descriptor: int, offset: int, pieces: Sequence[Content]) -> None:
    """Write the pieces one behind the other, however little a call takes of them."""
    left = [memoryview(piece) for piece in pieces if len(piece)]
    while left:
        written = os.pwritev(descriptor, left, offset)
        offset += written
        while left and written >= len(left[0]):
            written -= len(left.pop(0))
        if written:
            left[0] = left[0][written:]


@dataclass(frozen=True)
class Files:
    """Writes files; with ``fsync`` they are durable when a call returns."""

    fsync: bool

    def sync(self, descriptor: int) -> None:
        """Make the content of an open file durable."""
        if self.fsync:
            os.fdatasync(descriptor)

    def sync_directory(self, directory: Location) -> None:
        """Make the names in a directory durable."""
        if self.fsync:
            with opened(directory, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
                os.fsync(descriptor)

    def create(self, path: Location, content: Content) -> None:
        """Write a file that must not be there yet."""
        with opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
            written = direct.write(descriptor, content) if self.fsync else 0
            write_at(descriptor, written, [memoryview(content)[written:]])
            self.sync(descriptor)

    def publish(self, path: Location, content: Content) -> None:
        """Write a file or replace it; others see all of it or what was there before.

        The draft lies in the same directory, because an NFS client lets only one rename between
        directories run at a time.
        """
        directory = os.fspath(path).rpartition("/")[0]
        draft = f"{directory}/{draft_name()}"
        try:
            self.create(draft, content)
            os.rename(draft, path)  # noqa: PTH104 (see Location)
        except OSError:
            with suppress(OSError):
                Path(draft).unlink()
            raise
        self.sync_directory(directory)
