# SPDX-License-Identifier: Apache-2.0
"""libldap, of which four functions are used: bind, search, get and whoami.

Nothing else in this package knows python-ldap. Its calls block natively, so each is run where
that holds up nobody; a connection is used by one login at a time.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ldap
import ldap.dn
import ldap.filter
from ldap.controls.libldap import SimplePagedResultsControl

from synnefo_auth_ldap.channel import Address, Trust, open_channel
from synnefo_auth_ldap.errors import Refused, ServerFailed

Run = Callable[..., Any]
DN = tuple[tuple[tuple[str, str], ...], ...]

NOWHERE = "ldapi://%2Fdev%2Fnull"
"""Where libldap would go by itself when its connection is lost: never to the server, past TLS."""

LOST = (
    ldap.SERVER_DOWN,
    ldap.CONNECT_ERROR,
    ldap.TIMEOUT,
    ldap.UNAVAILABLE,
    ldap.BUSY,
    ldap.LOCAL_ERROR,
    ldap.DECODING_ERROR,
)
"""After these a connection is of no use any more."""

REFUSALS = (
    ldap.INVALID_CREDENTIALS,
    ldap.INAPPROPRIATE_AUTH,
    ldap.INSUFFICIENT_ACCESS,
    ldap.CONSTRAINT_VIOLATION,
    ldap.UNWILLING_TO_PERFORM,
    ldap.NO_SUCH_OBJECT,
    ldap.INVALID_DN_SYNTAX,
)
"""How servers say that a password is wrong, locked, expired or not there at all."""


@dataclass(frozen=True)
class Entry:
    """An entry of the directory; attribute names are in lower case."""

    dn: str
    values: Mapping[str, Sequence[bytes]] = field(repr=False)

    def all(self, attribute: str) -> Sequence[bytes]:
        """Return the values of an attribute, as they are."""
        return self.values.get(attribute.lower(), ())

    def texts(self, attribute: str) -> list[str]:
        """Return the values of an attribute that are text."""
        found = []
        for value in self.all(attribute):
            with contextlib.suppress(UnicodeDecodeError):
                found.append(value.decode())
        return found

    def text(self, attribute: str) -> str:
        """Return the first text of an attribute, empty when there is none."""
        return next(iter(self.texts(attribute)), "")


@dataclass(frozen=True)
class Query:
    """What is looked for.

    Attributes:
        base: The DN below which to look.
        filter: What must be true of an entry; strangers' text in it is escaped.
        attributes: What to read of each.
        is_deep: Whether to look below the children of the base, too.
    """

    base: str
    filter: str
    attributes: Sequence[str] = ()
    is_deep: bool = True


def in_filter(text: str) -> str:
    """Escape text for a filter. Source: RFC 4515, 3."""
    escaped: str = ldap.filter.escape_filter_chars(text)
    return escaped


def in_dn(text: str) -> str:
    """Escape text for a value in a DN. Source: RFC 4514, 2.4."""
    escaped: str = ldap.dn.escape_dn_chars(text)
    return escaped


def parts_of(dn: str) -> DN:
    """Split a DN so that two ways to write the same one are equal; () when it is none."""
    try:
        parsed = ldap.dn.str2dn(dn)
    except ldap.DECODING_ERROR:
        return ()
    return tuple(
        tuple((name.lower(), value.casefold()) for name, value, _ in rdn) for rdn in parsed
    )


class Connection:
    """A connection to one server.

    Attributes:
        is_usable: Whether all that was asked on it was answered.
        used_at: When it last answered, by the monotonic clock.
    """

    def __init__(self, address: Address, trust: Trust, run: Run, *, timeout_s: float) -> None:
        """Connect.

        Raises:
            ServerFailed: The server can't be reached or is not trusted.
        """
        self._address, self._run = address, run
        with open_channel(address, trust, timeout_s) as channel:
            # libldap closes its descriptor itself, and waits by poll().
            descriptor = os.dup(channel.fileno())
        os.set_blocking(descriptor, True)
        self._ldap = ldap.initialize(NOWHERE, trace_level=0, fileno=descriptor)
        self._ldap.set_option(ldap.OPT_REFERRALS, 0)
        self._ldap.set_option(ldap.OPT_DEREF, ldap.DEREF_NEVER)
        self.is_usable = True
        self._has_answered = False
        self.used_at = time.monotonic()

    def bind(self, name: str, password: str, *, timeout_s: float) -> None:
        """Become somebody, by a DN or what else the server takes for a name.

        Raises:
            Refused: The server does not accept the password.
            ServerFailed: It is not known.
        """
        # JSON may hold half of a surrogate pair.
        given = password.encode("utf-8", "surrogatepass")
        try:
            self._call(self._bind, name, given, timeout_s)
        except REFUSALS as cause:
            raise Refused(_described(cause)) from cause
        except ldap.LDAPError as cause:
            raise ServerFailed(self._address, _described(cause)) from cause

    def _bind(self, name: str, password: bytes, timeout_s: float) -> None:
        number = self._ldap.simple_bind(name, password)
        self._ldap.result3(number, all=1, timeout=timeout_s)

    def search(
        self, query: Query, *, most: int, page_size: int = 200, timeout_s: float
    ) -> list[Entry]:
        """Return entries, ``most`` or a few more, in pages as the server's limits want it.

        References to other servers are not followed and not returned.

        Raises:
            ServerFailed: The server does not answer or refuses to.
        """
        scope = ldap.SCOPE_SUBTREE if query.is_deep else ldap.SCOPE_ONELEVEL
        try:
            found: list[Entry] = self._call(
                self._search, query, scope, most, min(page_size, most), timeout_s
            )
        except ldap.LDAPError as cause:
            problem = f"the search below {query.base!r} failed: {_described(cause)}"
            raise ServerFailed(self._address, problem) from cause
        return found

    def get(
        self,
        dn: str,
        attributes: Sequence[str],
        *,
        filter_: str = "(objectClass=*)",
        timeout_s: float,
    ) -> Entry | None:
        """Return the entry with a DN, None when there is none that the filter fits.

        Raises:
            ServerFailed: The server does not answer or refuses to.
        """
        query = Query(dn, filter_, attributes)
        try:
            found: list[Entry] = self._call(self._search, query, ldap.SCOPE_BASE, 1, 1, timeout_s)
        except (ldap.NO_SUCH_OBJECT, ldap.INVALID_DN_SYNTAX, ldap.REFERRAL):
            return None
        except ldap.LDAPError as cause:
            problem = f"the entry {dn!r} can't be read: {_described(cause)}"
            raise ServerFailed(self._address, problem) from cause
        return next(iter(found), None)

    def _search(
        self, query: Query, scope: int, most: int, page_size: int, timeout_s: float
    ) -> list[Entry]:
        page = SimplePagedResultsControl(criticality=False, size=page_size, cookie="")
        ends = time.monotonic() + timeout_s
        found: list[Entry] = []
        while True:
            number = self._ldap.search_ext(
                query.base, scope, query.filter, list(query.attributes), serverctrls=[page]
            )
            left_s = max(0.001, ends - time.monotonic())
            _, answers, _, controls = self._ldap.result3(number, all=1, timeout=left_s)
            found += _entries(answers)
            page.cookie = _cookie(controls)
            if not page.cookie or len(found) >= most:
                return found

    def whoami(self, *, timeout_s: float) -> str:
        """Return as whom the server takes this connection; empty: as nobody, or it won't tell.

        Raises:
            ServerFailed: The server does not answer.
        """
        try:
            who: str = self._call(self._whoami, timeout_s)
        except ldap.LDAPError:
            return ""
        return who

    def _whoami(self, timeout_s: float) -> str:
        self._ldap.set_option(ldap.OPT_TIMEOUT, timeout_s)
        return str(self._ldap.whoami_s() or "")

    def close(self) -> None:
        """Say goodbye and close; what goes wrong then does not matter."""
        self.is_usable = False
        self._run(self._unbind)

    def _unbind(self) -> None:
        with contextlib.suppress(ldap.LDAPError):
            self._ldap.unbind_ext_s()

    def _call(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Make a native call; until it has been answered, the connection is not usable."""
        if not self.is_usable:
            raise ServerFailed(self._address, "the connection was lost")
        self.is_usable = False
        try:
            result = self._run(call, *arguments)
        except LOST as cause:
            is_stale = self._has_answered and not isinstance(cause, ldap.TIMEOUT)
            raise ServerFailed(self._address, _described(cause), is_stale=is_stale) from cause
        except ldap.LDAPError:
            self._note_answer()
            raise
        self._note_answer()
        return result

    def _note_answer(self) -> None:
        self.is_usable = self._has_answered = True
        self.used_at = time.monotonic()


def _entries(answers: Iterable[Any]) -> Iterable[Entry]:
    """Yield the entries of an answer; a reference to another server has no DN."""
    for dn, values in ((answer[0], answer[1]) for answer in answers):
        if dn is not None:
            yield Entry(dn, {name.lower(): found for name, found in values.items()})


def _cookie(controls: Iterable[Any]) -> Any:
    """Return by what the next page is asked for; empty: this was the last."""
    kind = SimplePagedResultsControl.controlType
    return next((each.cookie for each in controls if each.controlType == kind), "")


def _described(error: ldap.LDAPError) -> str:
    """Return a server's answer in words; it repeats nothing of what it was sent but names."""
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    words = [told.get("desc") or type(error).__name__, told.get("info")]
    return ": ".join(str(word) for word in words if word)
