# SPDX-License-Identifier: Apache-2.0
"""Files that are whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write a file in place of one that may be there; it is on disk when this returns.

    Until then it has a name with a dot before it, which readers pass over.
    """
    put(path, text)
    sync(path.parent)


def put(path: Path, text: str) -> None:
    """Write a file as :func:`write` does, whose name is on disk only after a :func:`sync`."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def remove(path: Path) -> None:
    """Remove a file, if it is there, for good."""
    path.unlink(missing_ok=True)
    sync(path.parent)


def names(directory: Path) -> list[str]:
    """Return the names of all whole files of a directory, in order."""
    return sorted(path.name for path in directory.iterdir() if not path.name.startswith("."))


def sync(directory: Path) -> None:
    """Return once the names in a directory are on disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
