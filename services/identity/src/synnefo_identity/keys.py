# SPDX-License-Identifier: Apache-2.0
"""The keys of tokens: files ``0``, ``1``, … in ``DIR/keys/fernet``.

The highest number is the primary key, which seals; ``0`` is staged, to become the next primary
when all processes have read it; those between still open what they sealed. A process looks at the
directory again when it has changed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.driver import Misconfigured

STAGED = 0


class Keys:
    """The keys in a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read_at: int | None = None
        self._ring: MultiFernet | None = None

    def ring(self) -> MultiFernet:
        """Return what seals with the primary key and opens with all.

        Raises:
            Misconfigured: There are no keys.
        """
        try:
            changed_at = self._directory.stat().st_mtime_ns
        except FileNotFoundError as cause:
            msg = f"there are no token keys in {self._directory}: run `synnefo bootstrap`"
            raise Misconfigured(msg) from cause
        if self._ring is None or changed_at != self._read_at:
            self._ring, self._read_at = self._read(), changed_at
        return self._ring

    def _read(self) -> MultiFernet:
        numbers = sorted(int(path.name) for path in self._directory.iterdir() if _is_key(path))
        if not numbers:
            msg = f"there are no token keys in {self._directory}: run `synnefo bootstrap`"
            raise Misconfigured(msg)
        return MultiFernet(
            [Fernet((self._directory / str(n)).read_bytes()) for n in reversed(numbers)]
        )

    def make(self) -> None:
        """Make a staged and a primary key where there are none; safe to call twice."""
        parent = self._directory.parent
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._directory.exists():
            return
        draft = Path(tempfile.mkdtemp(prefix=".fernet-", dir=parent))
        for number in (STAGED, STAGED + 1):
            write_private(draft / str(number), Fernet.generate_key())
        try:
            draft.rename(self._directory)
        except OSError:
            # Another process was quicker: its keys are there, whole.
            shutil.rmtree(draft)
            if not self._directory.exists():
                raise


def _is_key(path: Path) -> bool:
    return path.name.isdecimal()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read, all of it or nothing."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def keys(cloud: Cloud) -> Keys:
    """Return the keys of a cloud's tokens."""
    return cloud.shared("identity.keys", lambda: Keys(cloud.data_dir / "keys" / "fernet"))
