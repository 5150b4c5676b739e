# SPDX-License-Identifier: Apache-2.0
"""Files inside of objects that are raw disks: listed, and read without the rest of the disk.

A process of its own (``worker``) reads the file system and says where a file is. The file is then
read here like any part of an object: nothing that the process says makes other bytes appear than
those of the object.

Source: docs/decisions/0023-a-disk-is-read-in-a-cage.rst.
"""

from __future__ import annotations

from synnefo_core.context import RequestContext
from synnefo_object_store.inside import answers
from synnefo_object_store.inside.conversation import Disk, Readable
from synnefo_object_store.inside.files import InnerFile
from synnefo_object_store.inside.values import InnerEntry, InnerPart, Question, UnreadableDisk
from synnefo_object_store.values import Window

__all__ = ["InnerEntry", "InnerFile", "InnerPart", "UnreadableDisk", "look_inside"]


def look_inside(
    context: RequestContext, content: Readable, *, size_bytes: int, path: str, window: Window
) -> list[InnerPart] | list[InnerEntry] | InnerFile:
    """Return the parts of a disk, what is in a folder, or a file.

    Args:
        context: Who asks; whether they may read the object was seen when it was found.
        content: The object's content.
        size_bytes: Its length.
        path: The number of a part, then the path in it; "": the parts.
        window: Which entries of a folder: marker, prefix and limit count.

    Raises:
        NotFound: Nothing is at that path.
        TooManyRequests: As many disks as this process reads at once are being read.
        UnreadableDisk: The disk is not raw, has no file system that can be read, is damaged, or
            takes more than it may.
        Unbuilt: This machine has not what it takes.
    """
    disk = Disk.of(context.cloud, content, size_bytes)
    said = disk.ask(Question(path, window.marker, window.prefix, window.limit))
    try:
        if "parts" in said:
            return answers.parts(said)
        if "entries" in said:
            return answers.entries(said)
        runs = answers.runs(said, size_bytes)
        size, moment = answers.measures(said)
    except (KeyError, TypeError, ValueError) as cause:
        msg = "the file system is damaged, or of a kind that can't be read"
        raise UnreadableDisk(msg) from cause
    return InnerFile(disk, path, size_bytes=size, modified_at=moment, runs=runs)
