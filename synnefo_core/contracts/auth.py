# SPDX-License-Identifier: Apache-2.0
"""The contract of a login method.

Stevedore group: ``synnefo.auth``. A driver is a subclass of :class:`AuthMethod`, called
with one :class:`~synnefo_core.contracts.driver.DriverSetup`. It turns credentials into an
:class:`Assertion`; it never makes users or roles and never links accounts: identity does.

All calls block. A method that owns tables is called where the caller's transaction is, so it
runs C code that takes long (hashing, libldap) in ``setup.offload``. The conformance suite is
:mod:`synnefo_core.testing.auth`, the in-memory twin
:class:`synnefo_core.testing.fakes.MemoryAuth`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from synnefo_core.contracts.driver import Driver, DriverError, DriverSetup, Unavailable


class AuthError(DriverError):
    """A login could not be decided."""


class AuthUnavailable(AuthError, Unavailable):
    """The directory behind the method did not answer."""


class AuthBusy(AuthUnavailable):
    """More logins at once than the method decides; try again later."""


class Rejected(AuthError):
    """The credentials are wrong; the message never says which part."""


class Expired(Rejected):
    """The password is right, but it has ended: it must be changed before it is good again."""


class NotResponsible(AuthError):
    """This method does not know such a user: the next one in the list is asked."""


@dataclass(frozen=True)
class PasswordLogin:
    """A name and a password as a person gave them.

    Attributes:
        name: The login name.
        domain_id: The domain in which the name was looked up.
        user_id: The cloud's own user of that name, None when there is none. Methods that
            know users by their own means (LDAP) don't need it.
        password: Never logged, never in a repr.
    """

    name: str
    domain_id: str
    user_id: str | None
    password: str = field(repr=False)


@dataclass(frozen=True)
class Assertion:
    """What a method vouches for.

    Attributes:
        method: The configured name of the method ("local").
        subject: The method's stable identifier of the person; with ``method`` it is the
            only thing by which accounts are linked. Never empty.
        attributes: E-mail, names … as the method tells them.
        groups: The method's groups.
        forced: Names of the attributes that the method governs: they are set anew at every login.
            The others are only proposed when an account is made.
        issuer: Who vouched to the method, where it believes several: a SAML entity id.
    """

    method: str
    subject: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    forced: frozenset[str] = frozenset()
    issuer: str = ""

    def __post_init__(self) -> None:
        """Refuse an assertion about nobody."""
        if not self.subject:
            msg = f"the login method {self.method} asserted an empty subject"
            raise Rejected(msg)


class Authenticator(ABC):
    """Check a name and a password."""

    @abstractmethod
    def authenticate(self, login: PasswordLogin, *, timeout_s: float = 10.0) -> Assertion:
        """Return who this is.

        Takes as long for an unknown user as for a wrong password.

        Raises:
            NotResponsible: No such user here.
            Rejected: The password is wrong or may not be used.
            Expired: It is right and has ended; told to nobody who does not know it.
            AuthUnavailable: It could not be found out.
        """


@dataclass(frozen=True)
class PreparedPassword:
    """A password made ready to be stored: hashed with all that is needed to check it."""

    hashed: str = field(repr=False)


@dataclass(frozen=True)
class PasswordState:
    """When a password was set and ends, in seconds since the epoch; None: never."""

    set_at: float
    expires_at: float | None = None


class PasswordStore(ABC):
    """Keep passwords for the cloud's own users; the subject is the user id.

    Attributes:
        may_end: Whether passwords end by themselves after a time.
    """

    may_end: bool = False

    @abstractmethod
    def prepare(self, password: str) -> PreparedPassword:
        """Hash a password. Slow on purpose; call it outside of a transaction.

        Raises:
            Rejected: It can't be a password at all; the message says why.
        """

    def check(  # noqa: B027  # a store without rules has nothing to do
        self, password: str, *, subject: str | None = None
    ) -> None:
        """Refuse a new password that breaks a rule of the site. Slow; there may be no rules.

        Args:
            password: What a person chose.
            subject: Who changes the own password; rules about earlier ones need to know. None
                when an administrator sets it.

        Raises:
            Rejected: It breaks a rule; the message is for the person.
        """

    @abstractmethod
    def store(self, subject: str, prepared: PreparedPassword, *, must_change: bool = False) -> None:
        """Replace the subject's password, inside the caller's transaction.

        One that must be changed is good for nothing but that: it has ended when it is set.
        """

    @abstractmethod
    def remove(self, subject: str) -> None:
        """Forget the subject's password; none is not an error."""

    @abstractmethod
    def verify(self, subject: str, password: str) -> bool:
        """Return whether this is the subject's password, ended or not.

        It takes as long for an unknown subject.
        """

    @abstractmethod
    def state(self, subject: str) -> PasswordState | None:
        """Return when the password was set, None when the subject has none."""

    def states(self, subjects: Iterable[str]) -> Mapping[str, PasswordState]:
        """Return the states of those who have a password."""
        found = ((subject, self.state(subject)) for subject in subjects)
        return {subject: state for subject, state in found if state is not None}


@dataclass(frozen=True)
class Visit:
    """A request that came through a server in front of us, which may have logged somebody in.

    Attributes:
        environment: As in PEP 3333: in its text each character stands for one byte. What begins
            with ``HTTP_`` anybody may have written who can reach us.
    """

    environment: Mapping[str, Any] = field(repr=False)

    @property
    def peer(self) -> str:
        """The address that the connection came from; empty for a local socket."""
        return str(self.environment.get("REMOTE_ADDR") or "")


class BrowserLogin(ABC):
    """Vouch for people whom a server in front of us logs in (SAML, OpenID Connect).

    Attributes:
        protocol: What the Identity API calls the way in ("saml2", "openid", "mapped").
        issuers: The entity ids of those whose people may come; empty: of all that the server in
            front trusts.
    """

    protocol: str = "mapped"
    issuers: tuple[str, ...] = ()

    @abstractmethod
    def vouch(self, visit: Visit) -> Assertion:
        """Return who came.

        Raises:
            NotResponsible: Nobody is logged in, or by somebody else than ``issuers``.
            Rejected: It did not come from the server in front, or says nobody's identifier.
            AuthUnavailable: It could not be found out.
        """

    def departure(self, target: str) -> str | None:
        """Return where a browser is sent to log in, and from there back to a URL of ours.

        None: the server in front logs in whoever comes to ``target``.
        """
        del target
        return None


class AuthMethod(Driver):
    """A login method: the driver class that an entry point of ``synnefo.auth`` names.

    A facet that the method lacks is None.

    Attributes:
        policy: What accounts may do with the method unless the configuration says otherwise, by
            names of ``[identity] login_policies``.
    """

    authenticator: Authenticator | None = None
    passwords: PasswordStore | None = None
    browser: BrowserLogin | None = None
    policy: ClassVar[Mapping[str, Any]] = {}

    @abstractmethod
    def __init__(self, setup: DriverSetup) -> None:
        """Make the method ready; no network call is made yet."""
