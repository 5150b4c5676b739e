# SPDX-License-Identifier: Apache-2.0
"""A login method in memory: the contract's twin, for tests of what stands on it."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from synnefo_core.contracts.auth import (
    Assertion,
    Authenticator,
    AuthError,
    AuthMethod,
    BrowserLogin,
    Expired,
    NotResponsible,
    PasswordLogin,
    PasswordState,
    PasswordStore,
    PreparedPassword,
    Rejected,
    Visit,
)
from synnefo_core.contracts.driver import DriverSetup


@dataclass(frozen=True)
class _Person:
    subject: str
    hashed: str = field(repr=False)
    attributes: Mapping[str, str]
    groups: tuple[str, ...]


def _hash(password: str, salt: bytes) -> str:
    salted = salt + password.encode("utf-8", "surrogatepass")
    return f"{salt.hex()}:{hashlib.sha256(salted).hexdigest()}"


def _fits(hashed: str, password: str) -> bool:
    salt = bytes.fromhex(hashed.partition(":")[0])
    return hmac.compare_digest(hashed, _hash(password, salt))


_NOBODYS = _hash(os.urandom(16).hex(), os.urandom(16))


class MemoryPasswords(PasswordStore):
    """Passwords of the cloud's own users in a dictionary."""

    def __init__(self) -> None:
        self._passwords: dict[str, tuple[str, PasswordState]] = {}

    def prepare(self, password: str) -> PreparedPassword:
        if not password:
            raise Rejected("a password can't be empty")
        return PreparedPassword(_hash(password, os.urandom(16)))

    def store(self, subject: str, prepared: PreparedPassword, *, must_change: bool = False) -> None:
        now = time.time()
        state = PasswordState(now, expires_at=now if must_change else None)
        self._passwords[subject] = prepared.hashed, state

    def remove(self, subject: str) -> None:
        self._passwords.pop(subject, None)

    def verify(self, subject: str, password: str) -> bool:
        hashed, state = self._passwords.get(subject, (_NOBODYS, None))
        return _fits(hashed, password) and state is not None

    def state(self, subject: str) -> PasswordState | None:
        found = self._passwords.get(subject)
        return found[1] if found else None


class MemoryBrowser(BrowserLogin):
    """People who come with a ticket in the header :attr:`header`: a server in front in one word."""

    protocol = "saml2"
    issuers = ("https://idp.example.org/idp",)
    header = "X-Memory-Ticket"

    def __init__(self, method: str) -> None:
        self._method = method
        self._admitted: dict[str, tuple[str, Mapping[str, Any]]] = {}

    def admit(self, subject: str, **assertion: Any) -> str:
        """Log somebody in; return the ticket. Keywords are further fields of the assertion."""
        ticket = os.urandom(16).hex()
        self._admitted[ticket] = subject, {"issuer": self.issuers[0], **assertion}
        return ticket

    def visit(self, ticket: str) -> Visit:
        """Return a visit with a ticket."""
        return Visit({"HTTP_X_MEMORY_TICKET": ticket})

    def vouch(self, visit: Visit) -> Assertion:
        ticket = visit.environment.get("HTTP_X_MEMORY_TICKET", "")
        if not ticket:
            raise NotResponsible("nobody is logged in")
        if ticket not in self._admitted:
            raise Rejected("the ticket is forged")
        subject, told = self._admitted[ticket]
        return Assertion(self._method, subject, **told)

    def departure(self, target: str) -> str | None:
        return f"/memory/login?{urlencode({'target': target})}"


class MemoryAuth(AuthMethod, Authenticator):
    """Knows the cloud's users whose passwords it keeps, and people of a directory of its own.

    Attributes:
        failure: When set, every login raises it: a directory that does not answer.
    """

    passwords: MemoryPasswords
    browser: MemoryBrowser

    def __init__(self, setup: DriverSetup) -> None:
        self._name = setup.name
        self._people: dict[str, _Person] = {}
        self.failure: AuthError | None = None
        self.authenticator = self
        self.passwords = MemoryPasswords()
        self.browser = MemoryBrowser(setup.name)

    def add(
        self,
        name: str,
        password: str,
        *,
        subject: str,
        attributes: Mapping[str, str] | None = None,
        groups: tuple[str, ...] = (),
    ) -> None:
        """Put a person into the directory."""
        hashed = _hash(password, os.urandom(16))
        self._people[name] = _Person(subject, hashed, dict(attributes or {}), groups)

    def authenticate(self, login: PasswordLogin, *, timeout_s: float = 10.0) -> Assertion:
        del timeout_s
        if self.failure is not None:
            raise self.failure
        if login.user_id is not None and (own := self.passwords.state(login.user_id)):
            if not self.passwords.verify(login.user_id, login.password):
                raise Rejected("the name or the password is wrong")
            if own.expires_at is not None:
                raise Expired("the password must be changed")
            return Assertion(self._name, login.user_id)
        person = self._people.get(login.name)
        is_right = _fits(person.hashed if person else _NOBODYS, login.password)
        if person is None:
            raise NotResponsible("no such user")
        if not is_right:
            raise Rejected("the name or the password is wrong")
        return Assertion(self._name, person.subject, person.attributes, person.groups)
