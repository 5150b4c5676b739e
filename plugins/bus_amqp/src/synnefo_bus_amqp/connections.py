# SPDX-License-Identifier: Apache-2.0
"""Open connections to brokers, and say how they fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from amqp.exceptions import AMQPError, MessageNacked
from kombu import Connection
from kombu.exceptions import KombuError

from synnefo_bus_amqp.addresses import Address
from synnefo_bus_amqp.options import Options
from synnefo_core.contracts.bus import BusUnavailable

# py-amqp raises AttributeError, too, on a connection that was lost meanwhile.
FAILURES = (AMQPError, MessageNacked, KombuError, OSError, AttributeError)
"""All that a connection can raise; it is of no use afterwards."""


def connect(address: Address, told: Options, *, timeout_s: float | None = None) -> Any:
    """Return an open connection whose every wait ends; it never connects again by itself.

    Raises:
        BusUnavailable: The broker is not there, or will not have us.
    """
    client = Connection(
        transport="pyamqp",
        hostname=address.host,
        port=address.port,
        virtual_host=address.virtual_host,
        userid=address.user,
        password=address.password,
        ssl=told.encryption(address),
        heartbeat=told.heartbeat_s,
        connect_timeout=min(timeout_s or told.connect_timeout_s, told.connect_timeout_s),
        transport_options={"confirm_publish": True},
    )
    with failing(address):
        # Kombu's own connect() tries twice, with a pause.
        connection = client.transport.establish_connection()
        # What py-amqp waits for without a limit of its own.
        connection.sock.settimeout(told.answer_timeout_s)
    return connection


def leave(connection: Any) -> None:
    """Close a connection, politely if it still works; without waiting if it does not answer."""
    with suppress(*FAILURES):
        connection.sock.settimeout(1.0)
        connection.close()
    connection.collect()


@contextmanager
def failing(address: Address) -> Iterator[None]:
    """Say of what fails where it was.

    Raises:
        BusUnavailable: In the place of what the library raises.
    """
    try:
        yield
    except FAILURES as cause:
        reason = str(cause) or type(cause).__name__
        raise BusUnavailable(f"{address}: {reason}") from cause
