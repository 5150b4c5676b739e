# SPDX-License-Identifier: Apache-2.0
"""Password hashes, a bounded number of them at once."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Protocol

from argon2.exceptions import VerifyMismatchError

from synnefo_core.contracts.auth import AuthBusy

Run = Callable[..., Any]


class PasswordHash(Protocol):
    """A function for passwords, with its costs; argon2-cffi's ``PasswordHasher`` is one."""

    def hash(self, password: bytes) -> str:
        """Return a new hash, which says how it was made."""

    def verify(self, hash: str, password: bytes) -> object:  # noqa: A002  # argon2-cffi's word
        """Raise ``VerifyMismatchError`` when a password does not fit."""

    def check_needs_rehash(self, hash: str) -> bool:  # noqa: A002  # argon2-cffi's word
        """Return whether a hash was made with other costs."""


LONGEST_PASSWORD = 4096
"""In bytes: hashing starts by reading all of it."""


class Gate:
    """Lets some through at once, some more wait, and turns the rest away."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)

    @contextmanager
    def turn(self, timeout_s: float) -> Iterator[None]:
        """Wait for a turn and hold it.

        Raises:
            AuthBusy: Too many are waiting already, or it took too long.
        """
        if not self._places.acquire(blocking=False):
            raise AuthBusy("too many logins are waiting")
        try:
            if not self._turns.acquire(timeout=timeout_s):
                raise AuthBusy("too many logins were waiting before this one")
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


class Hasher:
    """Hashes passwords and checks them, in ``run`` (the offload) and through a gate."""

    def __init__(self, hasher: PasswordHash, *, gate: Gate, run: Run) -> None:
        self._hasher, self._gate, self._run = hasher, gate, run

    @cached_property
    def nobodys(self) -> str:
        """A hash that no password fits: what an unknown subject is checked against."""
        return self._hasher.hash(secrets.token_bytes(32))

    def hash(self, password: str, *, timeout_s: float = 10.0) -> str:
        """Return a new hash with today's costs."""
        with self._gate.turn(timeout_s):
            return str(self._run(self._hasher.hash, as_bytes(password)))

    def fits(self, hashed: str | None, password: str, *, timeout_s: float = 10.0) -> bool:
        """Return whether a password fits a hash; as slow when there is none."""
        with self._gate.turn(timeout_s):
            return bool(self._run(self._compare, hashed, password))

    def _compare(self, hashed: str | None, password: str) -> bool:
        given, nobodys = as_bytes(password), self.nobodys
        try:
            # A password too long to be stored fits nothing, after the same time.
            self._hasher.verify(hashed or nobodys, given[:LONGEST_PASSWORD])
        except VerifyMismatchError:
            return False
        return len(given) <= LONGEST_PASSWORD and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Return whether a hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(hashed)


def as_bytes(password: str) -> bytes:
    """Return the bytes of a password; JSON may hold half of a surrogate pair."""
    return password.encode("utf-8", "surrogatepass")
