# SPDX-License-Identifier: Apache-2.0
"""Connections that wait for their next use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from synnefo_auth_ldap.connection import Connection
from synnefo_auth_ldap.deadline import Deadline
from synnefo_auth_ldap.errors import ServerFailed


@dataclass(frozen=True)
class Keeping:
    """How long connections are kept.

    Attributes:
        idle_s: Unused for so long one is closed.
        trusted_s: Unused for longer it is asked whether it still works before it is used.
    """

    idle_s: float
    trusted_s: float


class Pool:
    """Open connections of one kind to one server.

    There are never more than logins at once, as each takes one at most.
    """

    def __init__(self, connect: Callable[[Deadline], Connection], keeping: Keeping) -> None:
        self._connect, self._keeping = connect, keeping
        self._lock = threading.Lock()
        self._idle: list[Connection] = []

    @contextmanager
    def lend(self, deadline: Deadline) -> Iterator[Connection]:
        """Lend a connection that works, for as long as the block lasts.

        Raises:
            ServerFailed: There is none, and none can be made.
        """
        connection = self._take(deadline) or self._connect(deadline)
        try:
            yield connection
        finally:
            if connection.is_usable:
                with self._lock:
                    self._idle.append(connection)
            else:
                connection.close()

    def clear(self) -> None:
        """Close what waits here."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self, deadline: Deadline) -> Connection | None:
        """Return a waiting connection that works, None when there is none."""
        self._close_expired()
        while True:
            with self._lock:
                # The one used last: the others may grow old and go.
                connection = self._idle.pop() if self._idle else None
            if connection is None or self._is_well(connection, deadline):
                return connection
            connection.close()

    def _close_expired(self) -> None:
        oldest = time.monotonic() - self._keeping.idle_s
        with self._lock:
            expired = [each for each in self._idle if each.used_at < oldest]
            self._idle = [each for each in self._idle if each.used_at >= oldest]
        for connection in expired:
            connection.close()

    def _is_well(self, connection: Connection, deadline: Deadline) -> bool:
        if time.monotonic() - connection.used_at <= self._keeping.trusted_s:
            return True
        try:
            connection.whoami(timeout_s=deadline.left())
        except ServerFailed:
            return False
        return True
