# SPDX-License-Identifier: Apache-2.0
"""Whether a connection that was kept open still is: asked of the kernel, not of the server.

A server that ended, or ended a connection, has said so: there is something to be read, where an idle
connection has nothing. That costs no round trip.
"""

from __future__ import annotations

import _socket
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import InvalidatePoolError

_PEEK = _socket.MSG_PEEK | _socket.MSG_DONTWAIT

Ping = Callable[[Any], bool]
"""Asks the server; raises when it does not answer."""


def require(ping: Ping) -> Callable[[Any, object, object], None]:
    """Return what is to be done with a connection of psycopg before it is used again."""

    def check(connection: Any, _record: object, _proxy: object) -> None:
        if not is_alive(connection, ping):
            raise InvalidatePoolError

    return check


def is_alive(connection: Any, ping: Ping) -> bool:
    """Return whether a connection of psycopg can be used."""
    if connection.closed:
        return False
    # The plain socket: the runtime's would wait. It only looks, the descriptor stays libpq's.
    looking = _socket.socket(
        _socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=connection.pgconn.socket
    )
    try:
        if not looking.recv(1, _PEEK):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        looking.detach()
    # A notice perhaps, or the reason of the end: the server must say.
    try:
        return ping(connection)
    except connection.Error:
        return False
