# SPDX-License-Identifier: Apache-2.0
"""The driver ``ldap``: a name and a password that an LDAP directory knows."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from oslo_config import cfg

from synnefo_auth_ldap import people
from synnefo_auth_ldap.channel import Address, trusting
from synnefo_auth_ldap.connection import Connection, Entry
from synnefo_auth_ldap.deadline import Deadline
from synnefo_auth_ldap.errors import Refused
from synnefo_auth_ldap.gate import Gate
from synnefo_auth_ldap.groups import Groups, Kind
from synnefo_auth_ldap.options import OPTIONS
from synnefo_auth_ldap.people import LoginName, Mark, People
from synnefo_auth_ldap.pool import Keeping
from synnefo_auth_ldap.servers import Account, Server, Servers
from synnefo_core.contracts.auth import (
    Assertion,
    Authenticator,
    AuthMethod,
    NotResponsible,
    PasswordLogin,
    Rejected,
)
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.offload import make_offload

WRONG = "the name or the password is wrong"
UNKNOWN = "no such person"


@dataclass(frozen=True)
class Rules:
    """What a login goes by.

    Attributes:
        method: The configured name of the method.
        people: Where people are.
        groups: Where their groups are.
        login_name: As whom to let people in without searching for them, if so.
        is_searched: Whether there is an account that may search.
        nobody_dn: Whose password an unknown name's is compared with; empty: an invented one's.
        forced: Attributes that the directory governs.
        step_s: How long one answer of a server may take.
    """

    method: str
    people: People
    groups: Groups
    login_name: LoginName | None
    is_searched: bool
    nobody_dn: str
    forced: frozenset[str]
    step_s: float


class LdapAuthenticator(Authenticator):
    """Checks passwords by having the directory check them."""

    def __init__(self, rules: Rules, servers: Servers, gate: Gate) -> None:
        self._rules, self._servers, self._gate = rules, servers, gate

    def authenticate(self, login: PasswordLogin, *, timeout_s: float = 10.0) -> Assertion:
        # A bind with a name but no password is let in as nobody, and looks like success.
        if not login.password:
            raise Rejected(WRONG)
        if not people.is_a_name(login.name):
            raise NotResponsible(UNKNOWN)
        deadline = Deadline.after(timeout_s, step_s=self._rules.step_s)
        decide = self._by_search if self._rules.login_name is None else self._directly
        with self._gate.turn(timeout_s):
            return self._servers.ask(lambda server: decide(server, login, deadline))

    def _by_search(self, server: Server, login: PasswordLogin, deadline: Deadline) -> Assertion:
        """Find the entry first, then try its password."""
        with server.service.lend(deadline) as service:
            entry = self._rules.people.find(service, login.name, deadline.left())
            if entry is None:
                self._try_nobodys(server, login.password, deadline)
                raise NotResponsible(UNKNOWN)
            with server.logins.lend(deadline) as connection:
                _let_in(connection, entry.dn, login.password, deadline)
            return self._assertion(service, entry, login.name, deadline)

    def _try_nobodys(self, server: Server, password: str, deadline: Deadline) -> None:
        """Do for an unknown name what is done for a wrong password."""
        invented = f"cn={secrets.token_hex(16)},{self._rules.people.base}"
        with server.logins.lend(deadline) as connection, suppress(Refused):
            connection.bind(self._rules.nobody_dn or invented, password, timeout_s=deadline.left())

    def _directly(self, server: Server, login: PasswordLogin, deadline: Deadline) -> Assertion:
        """Try the password of a DN made from the name; then read the entry."""
        assert self._rules.login_name is not None
        name = self._rules.login_name.of(login.name)
        if name is None:
            raise NotResponsible(UNKNOWN)
        with server.logins.lend(deadline) as connection:
            try:
                connection.bind(name, login.password, timeout_s=deadline.left())
            except Refused as cause:
                if self._is_known(server, login.name, deadline):
                    raise Rejected(WRONG) from cause
                raise NotResponsible(UNKNOWN) from cause
            return self._read(connection, server, login.name, deadline)

    def _is_known(self, server: Server, name: str, deadline: Deadline) -> bool:
        """Tell whether somebody has a name; without an account that may search nobody has."""
        if not self._rules.is_searched:
            return False
        with server.service.lend(deadline) as service:
            return self._rules.people.find(service, name, deadline.left()) is not None

    def _read(self, own: Connection, server: Server, name: str, deadline: Deadline) -> Assertion:
        """Return what the directory tells the person, or the account that may search."""
        if not self._rules.is_searched:
            return self._read_on(own, name, deadline)
        with server.service.lend(deadline) as service:
            return self._read_on(service, name, deadline)

    def _read_on(self, connection: Connection, name: str, deadline: Deadline) -> Assertion:
        login_name, found = self._rules.login_name, self._rules.people
        dn = login_name.of(name) if login_name is not None and login_name.is_dn else None
        if dn is not None:
            entry = found.get(connection, dn, name, deadline.left())
        else:
            entry = found.find(connection, name, deadline.left())
        if entry is None:
            raise NotResponsible(UNKNOWN)
        return self._assertion(connection, entry, name, deadline)

    def _assertion(
        self, connection: Connection, entry: Entry, name: str, deadline: Deadline
    ) -> Assertion:
        """Vouch for a person whose password was right, unless the entry forbids it."""
        found = self._rules.people
        if found.is_disabled(entry):
            raise Rejected(WRONG)
        return Assertion(
            method=self._rules.method,
            subject=found.subject(entry),
            attributes=found.told(entry),
            groups=self._rules.groups.find(connection, entry, name, deadline),
            forced=self._rules.forced,
        )


class LdapAuth(AuthMethod):
    """People of an LDAP directory."""

    authenticator: LdapAuthenticator

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return list(OPTIONS)

    def __init__(self, setup: DriverSetup) -> None:
        told = {option.dest: option.default for option in OPTIONS} | dict(setup.settings)
        try:
            rules = _rules(setup.name, told)
            # Never in the calling thread: under eventlet that is the one that carries the data.
            offload = setup.offload or make_offload(told["at_once"])
            servers = _servers(told, offload.run)
        except (ValueError, OSError) as cause:
            raise Misconfigured(f"[auth_{setup.name}]: {cause}") from cause
        self._servers = servers
        self.authenticator = LdapAuthenticator(
            rules, servers, Gate(told["at_once"], told["waiting"])
        )

    def close(self) -> None:
        """Close all connections."""
        self._servers.close()


def _let_in(connection: Connection, dn: str, password: str, deadline: Deadline) -> None:
    try:
        connection.bind(dn, password, timeout_s=deadline.left())
    except Refused as cause:
        raise Rejected(WRONG) from cause


def _servers(told: Mapping[str, Any], run: Callable[..., Any]) -> Servers:
    addresses = [Address.parse(uri) for uri in told["servers"] or ()]
    if not addresses:
        raise ValueError("servers names no server")
    if bool(told["bind_dn"]) != bool(told["bind_password"]):
        raise ValueError("bind_dn and bind_password come together or not at all")
    trust = trusting(told["ca_file"], starts_tls=told["start_tls"])
    account = Account(told["bind_dn"], told["bind_password"])
    keeping = Keeping(told["idle_s"], told["trusted_s"])
    servers = [Server(each, trust, account, keeping=keeping, run=run) for each in addresses]
    return Servers(servers, out_s=told["out_s"])


def _rules(method: str, told: Mapping[str, Any]) -> Rules:
    for option in ("user_filter", "direct_bind"):
        if told[option] and people.NAME not in told[option]:
            raise ValueError(f"{option} must hold {people.NAME}")
    if not told["user_base"] or not told["user_filter"]:
        raise ValueError("user_base and user_filter can't be empty")
    groups = _groups(told)
    return Rules(
        method=method,
        people=People(
            base=told["user_base"],
            filter=told["user_filter"],
            is_deep=told["user_scope"] == "subtree",
            identifier=told["id_attribute"],
            attributes=told["attributes"],
            disabled=[Mark.parse(text) for text in told["disabled"]],
            more=groups.of_people,
        ),
        groups=groups,
        login_name=LoginName(told["direct_bind"]) if told["direct_bind"] else None,
        is_searched=bool(told["bind_dn"]),
        nobody_dn=told["nobody_dn"],
        forced=frozenset(told["forced"]),
        step_s=told["timeout_s"],
    )


def _groups(told: Mapping[str, Any]) -> Groups:
    if told["groups"] != Kind.NONE and not told["group_base"]:
        raise ValueError("groups needs group_base")
    return Groups(
        kind=Kind(told["groups"]),
        base=told["group_base"],
        filter=told["group_filter"],
        member=told["group_member"],
        is_by_name=told["group_member_is"] == "name",
        name=told["group_name"],
        depth=told["group_depth"],
    )
