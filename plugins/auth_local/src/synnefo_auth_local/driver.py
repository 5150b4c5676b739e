# SPDX-License-Identifier: Apache-2.0
"""The driver ``local``: a name and a password that the cloud itself keeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from argon2 import PasswordHasher
from oslo_config import cfg
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from synnefo_auth_local.hashing import (
    LONGEST_PASSWORD,
    Gate,
    Hasher,
    PasswordHash,
    as_bytes,
)
from synnefo_auth_local.models import FormerPasswordRow, PasswordRow
from synnefo_auth_local.options import OPTIONS, WAITING_GREEN, WAITING_THREADS
from synnefo_auth_local.rules import Rules
from synnefo_core.contracts.auth import (
    Assertion,
    Authenticator,
    AuthMethod,
    Expired,
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

_AT_ONCE = 500
"""Databases bound the number of values in a statement."""


# Made once: each login asks it.
_FOUND = select(PasswordRow.hashed, PasswordRow.set_at, PasswordRow.must_change).where(
    PasswordRow.method == bindparam("method"), PasswordRow.subject == bindparam("subject")
)


class LocalPasswords(PasswordStore):
    """Passwords as argon2id hashes in the cloud's database."""

    def __init__(self, name: str, database: Database, hasher: Hasher, rules: Rules) -> None:
        self._name, self._database, self._hasher = name, database, hasher
        self._rules = rules
        self.may_end = bool(rules.expires_after_days)

    def prepare(self, password: str) -> PreparedPassword:
        """Hash a password.

        Raises:
            Rejected: It is empty or too long.
            AuthBusy: Too many are being hashed.
        """
        if not 0 < len(as_bytes(password)) <= LONGEST_PASSWORD:
            raise Rejected(f"a password has 1 to {LONGEST_PASSWORD} bytes")
        return PreparedPassword(self._hasher.hash(password))

    def check(self, password: str, *, subject: str | None = None) -> None:
        """Refuse a password that breaks a rule.

        Raises:
            Rejected: It breaks one.
            AuthBusy: Too many are being hashed.
        """
        self._rules.require_form(password)
        found = self.find(subject) if subject is not None else None
        if subject is None or found is None:
            return
        if not found.must_change:
            self._rules.require_age(found.set_at)
        if self._rules.history:
            for hashed in (found.hashed, *self._former(subject)):
                if self._hasher.fits(hashed, password):
                    raise self._rules.refuse_repeated()

    def _former(self, subject: str) -> Sequence[str]:
        """Return the hashes before the present one that still count, the newest first."""
        query = (
            select(FormerPasswordRow.hashed)
            .where(*self._of(subject, FormerPasswordRow))
            .order_by(FormerPasswordRow.id.desc())
            .limit(self._rules.history - 1)
        )
        with self._database.reading() as session:
            return session.scalars(query).all()

    def _remember(self, session: Session, subject: str) -> None:
        """Keep the present hash as a former one, and no more of those than count."""
        if not self._rules.history:
            return
        old = session.scalar(select(PasswordRow.hashed).where(*self._of(subject)))
        if old is not None and self._rules.history > 1:
            row = FormerPasswordRow(method=self._name, subject=subject, hashed=old)
            session.add(row)
            session.flush()
        kept = (
            select(FormerPasswordRow.id)
            .where(*self._of(subject, FormerPasswordRow))
            .order_by(FormerPasswordRow.id.desc())
            .limit(self._rules.history - 1)
        )
        session.execute(
            delete(FormerPasswordRow)
            .where(
                *self._of(subject, FormerPasswordRow),
                FormerPasswordRow.id.not_in(kept.scalar_subquery()),
            )
            .execution_options(synchronize_session=False)
        )

    def store(self, subject: str, prepared: PreparedPassword, *, must_change: bool = False) -> None:
        with self._database.unit_of_work() as session:
            self._remember(session, subject)
            session.merge(
                PasswordRow(
                    method=self._name,
                    subject=subject,
                    hashed=prepared.hashed,
                    set_at=time.time(),
                    must_change=must_change,
                )
            )

    def remove(self, subject: str) -> None:
        with self._database.unit_of_work() as session:
            for kind in (PasswordRow, FormerPasswordRow):
                session.execute(delete(kind).where(*self._of(subject, kind)))

    def verify(self, subject: str, password: str) -> bool:
        found = self.find(subject)
        return self.fits(subject, found.hashed if found else None, password)

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
        found = self.find(subject)
        return None if found is None else self._state(found)

    def states(self, subjects: Iterable[str]) -> Mapping[str, PasswordState]:
        wanted = list(subjects)
        found: dict[str, PasswordState] = {}
        with self._database.reading() as session:
            for start in range(0, len(wanted), _AT_ONCE):
                query = select(PasswordRow).where(
                    PasswordRow.method == self._name,
                    PasswordRow.subject.in_(wanted[start : start + _AT_ONCE]),
                )
                found |= {row.subject: self._state(row) for row in session.scalars(query)}
        return found

    def _state(self, found: Any) -> PasswordState:
        ends = self._rules.expires_at(found.set_at, must_change=found.must_change)
        return PasswordState(set_at=found.set_at, expires_at=ends)

    def has_ended(self, found: Any) -> bool:
        """Return whether a password must be changed now."""
        ends = self._state(found).expires_at
        return ends is not None and ends <= time.time()

    def find(self, subject: str) -> Any:
        """Return the subject's hash and what is known of it, None without a password here."""
        with self._database.reading() as session:
            return session.execute(_FOUND, {"method": self._name, "subject": subject}).first()

    def _of(self, subject: str, kind: Any = PasswordRow) -> tuple[Any, ...]:
        return kind.method == self._name, kind.subject == subject


class LocalAuthenticator(Authenticator):
    """Checks the password of a user of the cloud; the subject is the user's id."""

    def __init__(self, name: str, passwords: LocalPasswords) -> None:
        self._name, self._passwords = name, passwords

    def authenticate(self, login: PasswordLogin, *, timeout_s: float = 10.0) -> Assertion:
        # The same statements and the same hash for everybody, so that the time tells nothing.
        subject = login.user_id or ""
        found = self._passwords.find(subject)
        hashed = found.hashed if found else None
        if self._passwords.fits(subject, hashed, login.password, timeout_s=timeout_s):
            if self._passwords.has_ended(found):
                raise Expired("the password must be changed")
            return Assertion(method=self._name, subject=subject)
        if found is None:
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
            hasher = self.password_hash(told)
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
        self.passwords = LocalPasswords(setup.name, setup.database, bounded, Rules.told(told))
        self.authenticator = LocalAuthenticator(setup.name, self.passwords)

    @classmethod
    def password_hash(cls, settings: Mapping[str, Any]) -> PasswordHash:
        """Return argon2id with the costs of the settings.

        Raises:
            ValueError: It does not have such costs.
        """
        return PasswordHasher(
            time_cost=settings["time_cost"],
            memory_cost=max(settings["memory_kib"], 8 * settings["parallelism"]),
            parallelism=settings["parallelism"],
        )


def _here(call: Callable[..., Any], *arguments: Any) -> Any:
    return call(*arguments)
