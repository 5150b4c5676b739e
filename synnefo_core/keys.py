# SPDX-License-Identifier: Apache-2.0
"""Key rings: Fernet keys in private files that several processes share and rotate.

``DIR/keys/NAME/`` (0700) holds files ``0``, ``1``, … (0600), one key each. The highest number
is the primary key, which seals. ``0`` is staged: it becomes the next primary, once every
process (and every host, where the directory is copied) has read it. Those between still open
what they sealed. A process looks at the directory again when it has changed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.driver import Misconfigured

STAGED = 0


class KeyRing:
    """The keys in a directory."""

    def __init__(self, directory: Path) -> None:
        """Name the directory; nothing is read or made yet."""
        self._directory = directory
        self._seen: tuple[int, MultiFernet] | None = None

    def make(self) -> None:
        """Make a staged and a primary key where there are none; safe to call twice."""
        if self._directory.exists():
            return
        parent = self._directory.parent
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{self._directory.name}-", dir=parent))
        for number in (STAGED, STAGED + 1):
            write_private(draft / str(number), Fernet.generate_key())
        try:
            draft.rename(self._directory)
        except OSError:
            # Another process was quicker: its keys are there, whole.
            shutil.rmtree(draft)
            if not self._directory.exists():
                raise

    def rotate(self, keep_s: float) -> None:
        """Make the staged key the primary one, stage a new one, and forget what nobody needs.

        Processes that have not looked yet open what the new primary key seals: to them it is the
        staged one. A key is forgotten when its successor has been the primary one for ``keep_s``.

        Raises:
            Misconfigured: There are no keys.
        """
        paths = self._paths()
        if not paths or int(paths[-1].name) != STAGED:
            raise self._empty()
        # In this order a crash at any point leaves a ring that works.
        newest = self._directory / str(int(paths[0].name) + 1)
        write_private(newest, paths[-1].read_bytes())
        write_private(paths[-1], Fernet.generate_key())
        self._forget([newest, *paths[:-1]], before=time.time() - keep_s)

    def _forget(self, paths: Sequence[Path], *, before: float) -> None:
        """Remove the keys whose successor came ``before``; the newest is first."""
        needless = [path for after, path in pairwise(paths) if after.stat().st_mtime < before]
        for path in needless:
            path.unlink()

    def fernet(self) -> MultiFernet:
        """Return what seals with the primary key and opens with all.

        Raises:
            Misconfigured: There are no keys.
        """
        try:
            changed_at = self._directory.stat().st_mtime_ns
        except FileNotFoundError as cause:
            raise self._empty() from cause
        if self._seen is None or self._seen[0] != changed_at:
            self._seen = (changed_at, self._read())
        return self._seen[1]

    def _read(self) -> MultiFernet:
        try:
            return self._read_once()
        except FileNotFoundError:  # a key was renamed or removed meanwhile
            return self._read_once()

    def _read_once(self) -> MultiFernet:
        while paths := self._paths():
            try:
                return MultiFernet([Fernet(path.read_bytes()) for path in paths])
            except FileNotFoundError:
                continue  # one was forgotten meanwhile
        raise self._empty()

    def _paths(self) -> list[Path]:
        """Return the files of the keys, the primary one first, the staged one last."""
        found = (path for path in self._directory.iterdir() if path.name.isdecimal())
        return sorted(found, key=lambda path: int(path.name), reverse=True)

    def _empty(self) -> Misconfigured:
        return Misconfigured(f"there are no keys in {self._directory}: run `synnefo bootstrap`")

    def seal(self, text: str) -> str:
        """Return a text that only this ring can open."""
        return self.fernet().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return what :meth:`seal` was given.

        Raises:
            Misconfigured: The key is not in the ring (any more).
        """
        try:
            return self.fernet().decrypt(sealed.encode()).decode()
        except InvalidToken as cause:
            msg = f"a stored secret can't be read with the keys in {self._directory}"
            raise Misconfigured(msg) from cause


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read, all of it or nothing.

    Written by root, it belongs to the owner of the directory, who has to read it.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if os.geteuid() == 0:
            owner = path.parent.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def key_ring(cloud: Cloud, name: str) -> KeyRing:
    """Return the ring ``DIR/keys/NAME`` of this process."""
    return cloud.shared(f"keys.{name}", lambda: KeyRing(cloud.data_dir / "keys" / name))
