# SPDX-License-Identifier: Apache-2.0
"""The driver ``local``: a name and a password that the cloud itself keeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from oslo_config import cfg
from sqlalchemy import delete, select, update

from synnefo_auth_local.hashing import LONGEST_PASSWORD, Gate, Hasher, as_bytes
from synnefo_auth_local.models import PasswordRow
from synnefo_auth_local.options import OPTIONS, WAITING_GREEN, WAITING_THREADS
from synnefo_core.contracts.auth import (
    Assertion,
    Authenticator,
    AuthMethod,
    NotResponsible,
    PasswordLogin,
    PasswordState,
    PasswordStore,
    PreparedPassword,
    Rejected,
)
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.db.session import Database
from synnefo_core.offload import is_green


class LocalPasswords(PasswordStore):
    """Passwords as argon2id hashes in the cloud's database."""

    def __init__(self, name: str, database: Database, hasher: Hasher) -> None:
        self._name, self._database, self._hasher = name, database, hasher

    def prepare(self, password: str) -> PreparedPassword:
        """Hash a password.

        Raises:
            Rejected: It is empty or too long.
            AuthBusy: Too many are being hashed.
        """
        if not 0 < len(as_bytes(password)) <= LONGEST_PASSWORD:
            raise Rejected(f"a password has 1 to {LONGEST_PASSWORD} bytes")
        return PreparedPassword(self._hasher.hash(password))

    def store(self, subject: str, prepared: PreparedPassword) -> None:
        with self._database.unit_of_work() as session:
            session.merge(
                PasswordRow(
                    method=self._name,
                    subject=subject,
                    hashed=prepared.hashed,
                    set_at=time.time(),
                )
            )

    def remove(self, subject: str) -> None:
        with self._database.unit_of_work() as session:
            session.execute(delete(PasswordRow).where(*self._of(subject)))

    def verify(self, subject: str, password: str) -> bool:
        return self.fits(subject, self.hashed(subject), password)

    def fits(
        self, subject: str, hashed: str | None, password: str, *, timeout_s: float = 10.0
    ) -> bool:
        """Check a password against the subject's hash; make that anew when costs changed."""
        if not self._hasher.fits(hashed, password, timeout_s=timeout_s):
            return False
        if hashed is not None and self._hasher.is_outdated(hashed):
            self._renew(subject, hashed, self._hasher.hash(password, timeout_s=timeout_s))
        return True

    def _renew(self, subject: str, old: str, new: str) -> None:
        """Replace a hash by one of the same password, unless it was changed meanwhile."""
        with self._database.unit_of_work() as session:
            session.execute(
                update(PasswordRow)
                .where(*self._of(subject), PasswordRow.hashed == old)
                .values(hashed=new)
            )

    def state(self, subject: str) -> PasswordState | None:
        with self._database.reading() as session:
            set_at = session.scalar(select(PasswordRow.set_at).where(*self._of(subject)))
        return None if set_at is None else PasswordState(set_at=set_at)

    def hashed(self, subject: str) -> str | None:
        """Return the subject's hash, None when it has no password here."""
        with self._database.reading() as session:
            return session.scalar(select(PasswordRow.hashed).where(*self._of(subject)))

    def _of(self, subject: str) -> tuple[Any, ...]:
        return PasswordRow.method == self._name, PasswordRow.subject == subject


class LocalAuthenticator(Authenticator):
    """Checks the password of a user of the cloud; the subject is the user's id."""

    def __init__(self, name: str, passwords: LocalPasswords) -> None:
        self._name, self._passwords = name, passwords

    def authenticate(self, login: PasswordLogin, *, timeout_s: float = 10.0) -> Assertion:
        # The same statements and the same hash for everybody, so that the time tells nothing.
        subject = login.user_id or ""
        hashed = self._passwords.hashed(subject)
        if self._passwords.fits(subject, hashed, login.password, timeout_s=timeout_s):
            return Assertion(method=self._name, subject=subject)
        if hashed is None:
            raise NotResponsible("no such user")
        raise Rejected("the name or the password is wrong")


class LocalAuth(AuthMethod):
    """Passwords that the cloud keeps."""

    authenticator: LocalAuthenticator
    passwords: LocalPasswords

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return list(OPTIONS)

    def __init__(self, setup: DriverSetup) -> None:
        if setup.database is None:
            raise Misconfigured("the login method local needs the cloud's database")
        told = {option.dest: option.default for option in OPTIONS} | dict(setup.settings)
        try:
            hasher = PasswordHasher(
                time_cost=told["time_cost"],
                memory_cost=max(told["memory_kib"], 8 * told["parallelism"]),
                parallelism=told["parallelism"],
            )
        except ValueError as cause:
            raise Misconfigured(f"[auth_{setup.name}]: {cause}") from cause
        waiting = told["waiting"]
        if waiting is None:
            waiting = WAITING_GREEN if is_green() else WAITING_THREADS
        bounded = Hasher(
            hasher,
            gate=Gate(told["at_once"], waiting),
            run=setup.offload.run if setup.offload else _here,
        )
        self.passwords = LocalPasswords(setup.name, setup.database, bounded)
        self.authenticator = LocalAuthenticator(setup.name, self.passwords)


def _here(call: Callable[..., Any], *arguments: Any) -> Any:
    return call(*arguments)
