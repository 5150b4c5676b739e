# SPDX-License-Identifier: Apache-2.0
"""Passwords hashed with bcrypt at four rounds: for comparisons only, no cloud should have it.

A login costs what its hash costs. To compare the rest with another identity service both sides need
the same hash, and a cheap one. This is a login method like a stranger's: :func:`install` makes a
distribution of it for the processes of one cloud.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from argon2.exceptions import VerifyMismatchError

from synnefo_auth_local import LocalAuth
from synnefo_auth_local.hashing import PasswordHash

ROUNDS = 4
NAME = "bench_bcrypt"


class Bcrypt:
    """bcrypt in the place of argon2id."""

    def __init__(self) -> None:
        self._bcrypt: Any = importlib.import_module("bcrypt")  # requirements-bench.txt

    def hash(self, password: bytes) -> str:
        """Return a new hash."""
        hashed: bytes = self._bcrypt.hashpw(password, self._bcrypt.gensalt(ROUNDS))
        return hashed.decode()

    def verify(self, hash: str, password: bytes) -> None:  # noqa: A002  # argon2-cffi's word
        """Raise when a password does not fit.

        Raises:
            VerifyMismatchError: It does not.
        """
        if not self._bcrypt.checkpw(password, hash.encode()):
            raise VerifyMismatchError

    def check_needs_rehash(self, hash: str) -> bool:  # noqa: A002  # argon2-cffi's word
        """Return whether a hash has other costs."""
        return not hash.startswith(f"$2b${ROUNDS:02}$")


class BcryptLogin(LocalAuth):
    """The login method ``local`` with bcrypt."""

    @classmethod
    def password_hash(cls, settings: Mapping[str, Any]) -> PasswordHash:
        """Return bcrypt; the settings are argon2id's."""
        del settings
        return Bcrypt()


def install(directory: Path) -> Path:
    """Make a distribution that names the driver; return what belongs into ``PYTHONPATH``."""
    about = directory / "synnefo_bench_bcrypt-0.dist-info"
    about.mkdir(parents=True)
    about.joinpath("METADATA").write_text(
        "Metadata-Version: 2.1\nName: synnefo-bench-bcrypt\nVersion: 0\n"
    )
    about.joinpath("entry_points.txt").write_text(
        f"[synnefo.auth]\n{NAME} = {__name__}:{BcryptLogin.__name__}\n"
    )
    return directory
