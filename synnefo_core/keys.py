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
        paths = sorted(
            (path for path in self._directory.iterdir() if path.name.isdecimal()),
            key=lambda path: int(path.name),
            reverse=True,
        )
        if not paths:
            raise self._empty()
        return MultiFernet([Fernet(path.read_bytes()) for path in paths])

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
    """Write a file that nobody else can read, all of it or nothing."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def key_ring(cloud: Cloud, name: str) -> KeyRing:
    """Return the ring ``DIR/keys/NAME`` of this process."""
    return cloud.shared(f"keys.{name}", lambda: KeyRing(cloud.data_dir / "keys" / name))
