# SPDX-License-Identifier: Apache-2.0
"""Key rings: Fernet keys in private files that several processes share and rotate.

``DIR/keys/NAME/`` (0700) holds files ``0001``, ``0002``, … (0600), one key each. The newest
encrypts, all decrypt. A ring sees a new or removed file at its next use.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.driver import Misconfigured


class KeyRing:
    """The keys of one directory."""

    def __init__(self, directory: Path) -> None:
        """Make the directory and its first key where they are missing."""
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._files():
            self.add(1)
        self._seen: tuple[int, MultiFernet] | None = None

    def _files(self) -> list[Path]:
        return sorted(self._directory.glob("[0-9]" * 4), reverse=True)

    def add(self, number: int) -> None:
        """Make the key of a number; another process may have made it meanwhile."""
        path = self._directory / f"{number:04d}"
        draft = self._directory / f"draft-{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        # link, not rename: whoever comes second must not replace a key already in use.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()

    def rotate(self, keep: int) -> None:
        """Make a new first key and forget all but the ``keep`` newest."""
        self.add(int(self._files()[0].name) + 1)
        for path in self._files()[keep:]:
            path.unlink()

    def fernet(self) -> MultiFernet:
        """Return the keys as they are now."""
        changed_at = self._directory.stat().st_mtime_ns
        if self._seen is None or self._seen[0] != changed_at:
            keys = [Fernet(path.read_bytes()) for path in self._files()]
            self._seen = (changed_at, MultiFernet(keys))
        return self._seen[1]

    def encrypt(self, text: str) -> str:
        """Return a text that only this ring can read."""
        return self.fernet().encrypt(text.encode()).decode()

    def decrypt(self, sealed: str) -> str:
        """Return what :meth:`encrypt` was given.

        Raises:
            Misconfigured: The key is not in the ring (any more).
        """
        try:
            return self.fernet().decrypt(sealed.encode()).decode()
        except InvalidToken as cause:
            msg = f"a stored secret can't be read with the keys in {self._directory}"
            raise Misconfigured(msg) from cause


def key_ring(cloud: Cloud, name: str) -> KeyRing:
    """Return the ring ``DIR/keys/NAME`` of this process."""
    return cloud.shared(f"keys.{name}", lambda: KeyRing(cloud.data_dir / "keys" / name))
