# SPDX-License-Identifier: Apache-2.0
"""What the owner of a server wants its guest to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from synnefo_core.errors import Forbidden

MOST_FILES = 5
MOST_PATH_BYTES = 255
MOST_CONTENT_BYTES = 10240
"""How many files a guest may be given, how long their paths may be, and how large each file."""


@dataclass(frozen=True)
class InjectedFile:
    """A file to be written in the guest.

    Attributes:
        path: From the root directory.
        owner: Whose it is, by the guest's own names, as ``group``; empty for root. Only what is
            written on the disk heeds them and ``mode``: config drives have no words for it.
        mode: As chmod takes it.
    """

    path: str
    content: bytes = field(repr=False)
    owner: str = ""
    group: str = ""
    mode: int = 0o644


@dataclass(frozen=True)
class FirstBoot:
    """What the guest is to be told beside what the cloud knows.

    Attributes:
        user_data: For the first-boot program of the guest; base64, empty for none.
        password: Of its administrator; empty to leave it alone.
        files: To be written before anything starts.
    """

    user_data: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    files: Sequence[InjectedFile] = ()


NOTHING = FirstBoot()
"""What nobody wishes."""


def check(files: Sequence[InjectedFile]) -> None:
    """Refuse more files than a guest may be given, in Nova's words.

    Raises:
        Forbidden: There are too many, or one of them is too large or too far away.
    """
    if len(files) > MOST_FILES:
        msg = "Personality file limit exceeded"
        raise Forbidden(msg)
    if any(len(file.path.encode()) > MOST_PATH_BYTES for file in files):
        msg = f"Personality file path exceeds maximum {MOST_PATH_BYTES}"
        raise Forbidden(msg)
    if any(len(file.content) > MOST_CONTENT_BYTES for file in files):
        msg = f"Personality file content exceeds maximum {MOST_CONTENT_BYTES}"
        raise Forbidden(msg)
