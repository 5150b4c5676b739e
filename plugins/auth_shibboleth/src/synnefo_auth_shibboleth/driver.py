# SPDX-License-Identifier: Apache-2.0
"""The driver ``shibboleth``: who came through a Shibboleth service provider."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from oslo_config import cfg

from synnefo_auth_shibboleth import values
from synnefo_auth_shibboleth.front import Environment, Front, Headers
from synnefo_auth_shibboleth.options import OPTIONS
from synnefo_core.contracts.auth import (
    Assertion,
    AuthMethod,
    BrowserLogin,
    NotResponsible,
    Rejected,
    Visit,
)
from synnefo_core.contracts.driver import DriverSetup, Misconfigured

LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class Rules:
    """What a login goes by.

    Attributes:
        method: The configured name of the method.
        session: The attribute that only a login has.
        issuer: The one that tells who vouches; empty: there is one only.
        identifier: The one that a person is known by for ever.
        encoding: How attributes are written.
        attributes: Theirs by what the cloud calls them.
        groups: Those whose values are groups.
        forced: The cloud's attributes that are governed.
        required: The cloud's attributes that must be there.
        login_url: Where browsers log in; empty: wherever they come.
    """

    method: str
    session: str
    issuer: str
    identifier: str
    encoding: str
    attributes: Mapping[str, str]
    groups: Sequence[str]
    forced: frozenset[str]
    required: frozenset[str]
    login_url: str

    @property
    def names(self) -> set[str]:
        """All attributes that are looked at."""
        own = {self.session, self.issuer, self.identifier}
        return (own | {*self.attributes.values()} | {*self.groups}) - {""}


class ShibbolethLogin(BrowserLogin):
    """Reads what the service provider says of who came."""

    def __init__(
        self, rules: Rules, front: Front, *, protocol: str, issuers: Sequence[str]
    ) -> None:
        self.protocol, self.issuers = protocol, tuple(issuers)
        self._rules, self._front = rules, front

    def vouch(self, visit: Visit) -> Assertion:
        rules = self._rules
        if not self._front.said(visit, rules.session):
            raise NotResponsible("nobody is logged in")
        self._front.require_genuine(visit, rules.names)
        issuer = self._front.said(visit, rules.issuer) if rules.issuer else ""
        if self.issuers and issuer not in self.issuers:
            raise NotResponsible("somebody else vouches")
        if rules.issuer and (not issuer or not issuer.isprintable()):
            raise Rejected("nobody vouches")
        return Assertion(
            method=rules.method,
            subject=_subject(issuer, self._identifier(visit)),
            attributes=self._told(visit),
            groups=self._groups(visit),
            forced=rules.forced,
            issuer=issuer,
        )

    def departure(self, target: str) -> str | None:
        url = self._rules.login_url
        if not url:
            return None
        query = f"target={quote(target, safe='')}"
        if len(self.issuers) == 1:
            query += f"&entityID={quote(self.issuers[0], safe='')}"
        return f"{url}{'&' if '?' in url else '?'}{query}"

    def _all(self, visit: Visit, name: str) -> list[str]:
        return values.read(self._front.said(visit, name), self._rules.encoding)

    def _identifier(self, visit: Visit) -> str:
        """Return by what the issuer knows a person.

        Raises:
            Rejected: By nothing, or by several: which one comes first may change.
        """
        found = self._all(visit, self._rules.identifier)
        if len(found) != 1 or not found[0].isprintable():
            msg = f"{len(found)} values of {self._rules.identifier}, not one that can be printed"
            raise Rejected(msg)
        return found[0]

    def _told(self, visit: Visit) -> dict[str, str]:
        """Return a person's attributes by the names that the cloud has for them.

        Raises:
            Rejected: One lacks without which nobody is let in.
        """
        found = {ours: self._all(visit, name) for ours, name in self._rules.attributes.items()}
        told = {name: several[0] for name, several in found.items() if several}
        if missing := sorted(self._rules.required - told.keys()):
            msg = f"not told: {', '.join(missing)}"
            raise Rejected(msg)
        return told

    def _groups(self, visit: Visit) -> tuple[str, ...]:
        several = (group for name in self._rules.groups for group in self._all(visit, name))
        return tuple(dict.fromkeys(several))


class ShibbolethAuth(AuthMethod):
    """People whom a Shibboleth service provider logs in."""

    browser: ShibbolethLogin
    # An identity of another organisation is another person's, or the same person's beside it.
    policy: ClassVar[Mapping[str, Any]] = {"switch": False}

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return list(OPTIONS)

    def __init__(self, setup: DriverSetup) -> None:
        told = {option.dest: option.default for option in OPTIONS} | dict(setup.settings)
        try:
            rules, front = _rules(setup.name, told), _front(told)
        except ValueError as cause:
            raise Misconfigured(f"[auth_{setup.name}]: {cause}") from cause
        self.browser = ShibbolethLogin(
            rules, front, protocol=told["protocol"], issuers=told["issuers"]
        )


def _subject(issuer: str, identifier: str) -> str:
    """Return by what a person is linked: an identifier is good for its issuer only."""
    # An issuer whose name goes on like another's identifiers begin must not speak for that.
    whose = issuer.replace("%", "%25").replace("!", "%21")
    subject = f"{whose}!{identifier}" if issuer else identifier
    if len(subject) <= LONGEST_SUBJECT:
        return subject
    return f"sha256:{hashlib.sha256(subject.encode()).hexdigest()}"


def _front(told: Mapping[str, Any]) -> Front:
    if told["source"] == "environment":
        return Environment()
    return Headers(
        prefix=told["prefix"],
        secret_header=told["secret_header"],
        secret=told["secret"],
        proxies=told["trusted_proxies"],
    )


def _rules(method: str, told: Mapping[str, Any]) -> Rules:
    for option in ("identifier", "session", "protocol"):
        if not told[option]:
            msg = f"{option} can't be empty"
            raise ValueError(msg)
    if told["issuers"] and not told["issuer"]:
        msg = "issuers needs issuer"
        raise ValueError(msg)
    unknown = {*told["forced"], *told["required"]} - {*told["attributes"]}
    if unknown:
        msg = f"attributes does not say where to find {', '.join(sorted(unknown))}"
        raise ValueError(msg)
    return Rules(
        method=method,
        session=told["session"],
        issuer=told["issuer"],
        identifier=told["identifier"],
        encoding=told["encoding"],
        attributes=told["attributes"],
        groups=told["groups"],
        forced=frozenset(told["forced"]),
        required=frozenset(told["required"]),
        login_url=told["login_url"],
    )
