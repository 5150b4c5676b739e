# SPDX-License-Identifier: Apache-2.0
"""Hand messages to a broker and hear that it has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kombu import Exchange, Producer

from synnefo_bus_amqp.envelopes import new_id


class Post:
    """A channel of an open connection on which messages are sent, one by one.

    What the broker does not confirm, or no queue takes, is an error of the library.
    """

    def __init__(self, connection: Any, user: str) -> None:
        self._user = user
        self._channel = connection.channel()
        self._producer = Producer(self._channel, auto_declare=False)

    def declare(self, exchange: Exchange) -> None:
        """Make an exchange that is not there."""
        exchange(self._channel).declare()

    def send(
        self,
        exchange: Exchange,
        topic: str,
        body: bytes,
        *,
        timeout_s: float,
        message_id: str = "",
        headers: Mapping[str, Any] | None = None,
        must_arrive: bool = True,
    ) -> None:
        """Return once the broker has the message, and if it must arrive a queue."""
        self._producer.publish(
            body,
            exchange=exchange.name,
            routing_key=topic,
            mandatory=must_arrive,
            content_type="application/json",
            content_encoding="utf-8",
            headers=dict(headers or {}),
            timeout=timeout_s,
            confirm_timeout=timeout_s,
            message_id=message_id or new_id(),
            user_id=self._user,
        )
