# SPDX-License-Identifier: Apache-2.0
"""The servers of a directory: one that fails is left out for a while, the next one asked."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from synnefo_auth_ldap.channel import Address, Trust
from synnefo_auth_ldap.connection import Connection, Run
from synnefo_auth_ldap.deadline import Deadline
from synnefo_auth_ldap.errors import Refused, ServerFailed
from synnefo_auth_ldap.pool import Keeping, Pool
from synnefo_core.contracts.auth import AuthUnavailable

log = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Account:
    """As whom the directory is searched; without a DN as nobody."""

    dn: str = ""
    password: str = field(default="", repr=False)


class Server:
    """One server and the connections to it.

    Attributes:
        service: Connections on which the directory is searched.
        logins: Connections on which people are let in, whoever was last.
        out_until: Before this moment of the monotonic clock the others are asked first.
    """

    def __init__(
        self, address: Address, trust: Trust, account: Account, *, keeping: Keeping, run: Run
    ) -> None:
        self._address, self._trust, self._account, self._run = address, trust, account, run
        self.service = Pool(self._connect_for_service, keeping)
        self.logins = Pool(self._connect, keeping)
        self.out_until = float("-inf")

    def __str__(self) -> str:
        return str(self._address)

    def clear(self) -> None:
        """Close the connections that wait."""
        self.service.clear()
        self.logins.clear()

    def _connect(self, deadline: Deadline) -> Connection:
        return Connection(self._address, self._trust, self._run, timeout_s=deadline.left())

    def _connect_for_service(self, deadline: Deadline) -> Connection:
        connection = self._connect(deadline)
        is_bound = False
        try:
            connection.bind(self._account.dn, self._account.password, timeout_s=deadline.left())
            is_bound = True
        except Refused as cause:
            raise ServerFailed(self, f"the service account was refused: {cause}") from cause
        finally:
            if not is_bound:
                connection.close()
        return connection


class Servers:
    """All servers of a directory, in the order in which they are preferred."""

    def __init__(self, servers: Sequence[Server], *, out_s: float) -> None:
        """Leave a server that failed out for ``out_s`` seconds, unless there is no other."""
        self._servers, self._out_s = tuple(servers), out_s

    def ask(self, call: Callable[[Server], Result]) -> Result:
        """Return the answer of the first server that has one.

        Raises:
            AuthUnavailable: None has.
        """
        failures: list[ServerFailed] = []
        for server in self._in_order():
            try:
                result = _ask(server, call)
            except ServerFailed as cause:
                server.clear()
                server.out_until = time.monotonic() + self._out_s
                log.warning(
                    "directory server left out",
                    extra={"server": str(server), "problem": str(cause), "out_s": self._out_s},
                )
                failures.append(cause)
            else:
                server.out_until = float("-inf")
                return result
        raise AuthUnavailable("; ".join(map(str, failures))) from failures[-1]

    def close(self) -> None:
        """Close the connections that wait."""
        for server in self._servers:
            server.clear()

    def _in_order(self) -> Iterable[Server]:
        now = time.monotonic()
        return sorted(self._servers, key=lambda server: max(server.out_until, now))


def _ask(server: Server, call: Callable[[Server], Result]) -> Result:
    """Ask a server; again, over new connections, when it had closed an old one."""
    try:
        return call(server)
    except ServerFailed as cause:
        if not cause.is_stale:
            raise
    server.clear()
    return call(server)
