# SPDX-License-Identifier: Apache-2.0
"""What is inside a disk, as it is told."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_core.errors import Unprocessable


class UnreadableDisk(Unprocessable):
    """What is inside an object can't be read."""

    code = "unreadable_disk"


@dataclass(frozen=True)
class InnerPart:
    """What may hold a file system; number 0 is the whole disk.

    Attributes:
        file_system: What it is called; "" without one that can be read.
    """

    number: int
    size_bytes: int
    file_system: str


@dataclass(frozen=True)
class InnerEntry:
    """What is in a folder.

    Attributes:
        name: Its whole path, with a slash at the end of a folder's.
        kind: "file", "folder", "symlink" or "other".
        modified_at: Seconds since the epoch.
        target: Where a symlink leads.
    """

    name: str
    kind: str
    size_bytes: int
    modified_at: int
    target: str = ""


@dataclass(frozen=True)
class Run:
    """Bytes of a file that lie together.

    Attributes:
        start: Where in the file they begin.
        stop: Where in the file they end.
        place: Where in the disk they begin; None: they are zeros.
    """

    start: int
    stop: int
    place: int | None


@dataclass(frozen=True)
class Question:
    """What is asked of a disk.

    Attributes:
        path: The number of a part, then the path in it; "": the parts.
        marker: Entries of a folder come after this name.
        prefix: Entries begin with this.
        limit: So many of them at most.
        span: Instead of all that: which bytes of a file are wanted themselves.
    """

    path: str
    marker: str = ""
    prefix: str = ""
    limit: int = 0
    span: tuple[int, int] | None = None
