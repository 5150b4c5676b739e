# SPDX-License-Identifier: Apache-2.0
"""Immutable things as files named by their digest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from synnefo_core.contracts.storage import BlockStore, Entry, Kind, LentThing, NoSuchThing
from synnefo_storage_nfs import files
from synnefo_storage_nfs.faults import translated, twice_if_stale
from synnefo_storage_nfs.layout import LEAF_DIGITS, QUARANTINE, Layout
from synnefo_storage_nfs.lent import LentFile

Result = TypeVar("Result")


class DirectoryBlocks(BlockStore):
    """Blocks, maps and layers, each a file in one of 4,096 directories of its kind."""

    def __init__(
        self, layout: Layout, disk: files.Files, *, block_bytes: int, is_shared: bool
    ) -> None:
        self._layout = layout
        self._disk = disk
        self._block_bytes = block_bytes
        self._is_shared = is_shared
        self._durable_leaves: set[str] = set()

    def put(self, kind: Kind, digest: bytes, content: bytes | memoryview) -> bool:
        path = self._layout.block(kind, digest)
        if not 1 <= len(content) <= self._block_bytes:
            raise ValueError(f"1 to {self._block_bytes} bytes make a {kind.value}")
        with translated(f"{kind.value} {digest.hex()} was not stored"):
            return twice_if_stale(lambda: self._store(kind, path, content))

    def get(self, kind: Kind, digest: bytes, offset: int = 0, length: int | None = None) -> bytes:
        path = self._layout.block(kind, digest)
        if offset < 0 or (length is not None and length < 0):
            raise ValueError("there is nothing before the start")

        def read() -> bytes:
            with files.opened(path) as descriptor:
                left = max(0, os.fstat(descriptor).st_size - offset)
                wanted = left if length is None else min(left, length)
                return files.read_at(descriptor, offset, wanted)

        with translated(f"{kind.value} {digest.hex()} was not read"):
            content = self._if_there(path, read)
        if content is None:
            raise NoSuchThing(f"there is no {kind.value} {digest.hex()}")
        return content

    def get_at_once(self, kind: Kind, digest: bytes, offset: int, length: int) -> bytes | None:
        if self._is_shared:
            return None  # to open a file asks the server
        try:
            with files.opened(self._layout.block(kind, digest)) as descriptor:
                return files.read_remembered(descriptor, offset, length)
        except OSError:
            return None  # who waits is told why

    def lend_at_once(self, kind: Kind, digest: bytes) -> LentFile | None:
        if self._is_shared:
            return None  # as above
        try:
            return LentFile(self._layout.block(kind, digest))
        except OSError:
            return None

    def lend(self, kind: Kind, digest: bytes) -> LentThing:
        path = self._layout.block(kind, digest)
        with translated(f"{kind.value} {digest.hex()} was not opened"):
            lent = self._if_there(path, lambda: LentFile(path))
        if lent is None:
            raise NoSuchThing(f"there is no {kind.value} {digest.hex()}")
        return lent

    def size(self, kind: Kind, digest: bytes) -> int | None:
        path = self._layout.block(kind, digest)
        with translated(f"{kind.value} {digest.hex()} was not looked at"):
            return self._if_there(path, lambda: files.size_of(path))

    def delete(self, kind: Kind, digest: bytes) -> bool:
        path = self._layout.block(kind, digest)

        def remove() -> bool:
            Path(path).unlink()
            return True

        with translated(f"{kind.value} {digest.hex()} was not removed"):
            return self._if_there(path, remove) is not None

    def touch(self, kind: Kind, digest: bytes) -> bool:
        path = self._layout.block(kind, digest)

        def renew() -> bool:
            os.utime(path)
            return True

        with translated(f"{kind.value} {digest.hex()} was not touched"):
            return self._if_there(path, renew) is not None

    def move(self, kind: Kind, digest: bytes, to: Kind) -> bool:
        """Rename it, made young before: a crash between the two only touches it."""
        path, target = self._layout.block(kind, digest), self._layout.block(to, digest)

        def rename() -> bool:
            os.utime(path)
            try:
                os.rename(path, target)  # noqa: PTH104 (see Location)
            except FileNotFoundError:
                Path(target).parent.mkdir(mode=0o700, exist_ok=True)
                os.rename(path, target)  # noqa: PTH104 (see Location)
            return True

        with translated(f"{kind.value} {digest.hex()} was not moved"):
            is_moved = self._if_there(path, rename) is not None
            if is_moved:
                self._make_name_durable(target)
            return is_moved

    def entries(self, kind: Kind, after: bytes = b"") -> Iterator[Entry]:
        """Yield the entries, one directory at a time; abandoned drafts are removed on the way."""
        behind = after.hex()
        with translated(f"the {kind.value}s were not listed"):
            leaves = sorted(path.name for path in self._layout.kind(kind).iterdir())
        for leaf in leaves:
            if len(leaf) == LEAF_DIGITS and leaf >= behind[:LEAF_DIGITS]:
                yield from self._listed(self._layout.kind(kind) / leaf, behind)

    def _store(self, kind: Kind, path: str, content: bytes | memoryview) -> bool:
        """Write the file unless it is there; either way its name is durable afterwards.

        Another process may have renamed it there and be about to make that durable.
        """
        is_new = not files.exists(path)
        if is_new:
            self._publish(kind, path, content)
            self._make_leaf_durable(_directory(path))
        else:
            self._make_name_durable(path)
        return is_new

    def _make_name_durable(self, path: str) -> None:
        leaf = _directory(path)
        self._disk.sync_directory(leaf)
        self._make_leaf_durable(leaf)

    def _make_leaf_durable(self, leaf: str) -> None:
        if leaf not in self._durable_leaves:
            self._disk.sync_directory(_directory(leaf))
            self._durable_leaves.add(leaf)

    def _publish(self, kind: Kind, path: str, content: bytes | memoryview) -> None:
        try:
            self._disk.publish(path, content)
        except FileNotFoundError:
            self._make_leaf(kind, Path(path).parent)
            self._disk.publish(path, content)

    def _make_leaf(self, kind: Kind, leaf: Path) -> None:
        """Make a directory, and where its garbage goes: a full disk has no room for that later."""
        leaf.mkdir(mode=0o700, exist_ok=True)
        if kind in QUARANTINE:
            aside = self._layout.kind(QUARANTINE[kind]) / leaf.name
            aside.mkdir(mode=0o700, exist_ok=True)

    def _if_there(self, path: str, call: Callable[[], Result]) -> Result | None:
        """Return what ``call`` returns, or None when the file is not there.

        A miss is asked again: an NFS client may only remember that nothing was there.
        """
        try:
            return twice_if_stale(call)
        except FileNotFoundError:
            files.require_directory(_directory(_directory(path)))
        try:
            return twice_if_stale(call) if files.is_there(_directory(path)) else None
        except FileNotFoundError:
            return None

    def _listed(self, leaf: Path, behind: str) -> list[Entry]:
        found = []
        with translated(f"{leaf} was not listed"), os.scandir(leaf) as names:
            for item in names:
                if files.is_draft(item.name):
                    files.remove_if_abandoned(leaf / item.name)
                elif item.name > behind and (entry := _entry(item)):
                    found.append(entry)
        return sorted(found, key=lambda entry: entry.digest)


def _directory(path: str) -> str:
    return path.rpartition("/")[0]


def _entry(item: os.DirEntry[str]) -> Entry | None:
    """Return the entry, or None when it was deleted meanwhile or is not one of ours."""
    try:
        status = item.stat()
        return Entry(bytes.fromhex(item.name), status.st_size, status.st_mtime)
    except (FileNotFoundError, ValueError):
        return None
