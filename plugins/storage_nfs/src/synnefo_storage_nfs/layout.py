# SPDX-License-Identifier: Apache-2.0
"""Where things lie in the directory of a store, and the mark that says that it is one."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.storage import DIGEST_BYTES, Kind
from synnefo_storage_nfs import files

MARKER = "synnefo-store"
FORMAT = "synnefo-storage-nfs"
VERSION = 1
LEAF_DIGITS = 3
HEAD_SUFFIX = ".head"
QUARANTINE = {
    Kind.BLOCK: Kind.QUARANTINED_BLOCK,
    Kind.MAP: Kind.QUARANTINED_MAP,
    Kind.LAYER: Kind.QUARANTINED_LAYER,
}

_HEAD_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")


@dataclass(frozen=True)
class Layout:
    """The paths of a store."""

    root: Path

    @property
    def heads(self) -> Path:
        return self.root / "heads"

    @property
    def locks(self) -> Path:
        return self.root / "locks"

    def kind(self, kind: Kind) -> Path:
        return self.root / kind.value

    def block(self, kind: Kind, digest: bytes) -> str:
        if len(digest) != DIGEST_BYTES:
            raise ValueError(f"a digest has {DIGEST_BYTES} bytes, not {len(digest)}")
        name = digest.hex()
        return f"{self.root}/{kind.value}/{name[:LEAF_DIGITS]}/{name}"

    def head(self, name: str) -> Path:
        if not _HEAD_NAME.fullmatch(name):
            raise ValueError(f"a head cannot be named {name!r}")
        return self.heads / (name + HEAD_SUFFIX)

    def directories(self) -> list[Path]:
        return [*(self.kind(kind) for kind in Kind), self.heads, self.locks]


def prepare(layout: Layout, disk: files.Files, *, block_bytes: int, must_exist: bool) -> None:
    """Make the store if there is none, and check that it is one that we understand.

    Several processes may do so at once; the first one decides.

    Raises:
        Misconfigured: The directory holds something else, or another format.
    """
    marker = layout.root / MARKER
    if not must_exist:
        layout.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not marker.exists():
        _mark(layout, disk, block_bytes=block_bytes, must_exist=must_exist)
    _check(marker, block_bytes=block_bytes)
    missing = [directory for directory in layout.directories() if not directory.is_dir()]
    for directory in missing:
        directory.mkdir(mode=0o700, exist_ok=True)
    if missing:
        disk.sync_directory(layout.root)


def _mark(layout: Layout, disk: files.Files, *, block_bytes: int, must_exist: bool) -> None:
    marker = layout.root / MARKER
    content = {"format": FORMAT, "version": VERSION, "block_bytes": block_bytes}
    is_used = files.is_there(layout.root) and _is_used(layout.root)
    if marker.exists():
        return
    if must_exist:
        raise Misconfigured(f"{layout.root} holds no store; is it mounted?")
    if is_used:
        raise Misconfigured(f"{layout.root} is neither empty nor a store")
    draft = layout.root / files.draft_name()
    disk.create(draft, json.dumps(content).encode() + b"\n")
    # A link, unlike a rename, leaves the mark of another process that was faster.
    with suppress(FileExistsError):
        marker.hardlink_to(draft)
    draft.unlink()
    disk.sync_directory(layout.root)


def _is_used(root: Path) -> bool:
    """Say whether something lies there; file servers keep hidden things and lost+found."""
    return any(
        path.name != "lost+found" and not path.name.startswith(".") for path in root.iterdir()
    )


def _check(marker: Path, *, block_bytes: int) -> None:
    try:
        mark = json.loads(files.read_whole(marker))
        form, version, made_with = mark["format"], mark["version"], mark["block_bytes"]
    except (ValueError, KeyError, TypeError) as fault:
        raise Misconfigured(f"{marker} cannot be understood") from fault
    if (form, version) != (FORMAT, VERSION):
        raise Misconfigured(f"{marker} says {form} {version}; this is {FORMAT} {VERSION}")
    if made_with != block_bytes:
        raise Misconfigured(
            f"the store in {marker.parent} has blocks of {made_with} bytes, not {block_bytes}"
        )
