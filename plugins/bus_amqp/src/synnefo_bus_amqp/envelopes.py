# SPDX-License-Identifier: Apache-2.0
"""What a message is on the wire, both ways.

The topic is the routing key and the payload JSON. The sender is the property ``user_id``, which
the broker refuses unless it is who is logged in. A dead letter is sent by the cloud's own user, so
it carries its first sender in a header, which is believed of nobody else.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synnefo_core.contracts.bus import Message

SENDER = "synnefo-sender"
REASON = "synnefo-reason"
FAILED_AT = "synnefo-failed-at"

_REASON_CHARACTERS = 2000


@dataclass(frozen=True)
class Envelope:
    """A message as it came.

    Attributes:
        id: What its publisher called it.
        topic: The routing key.
        sender: Who the broker vouches for, or nothing.
        body: The payload, which may be anything.
    """

    id: str
    topic: str
    sender: str
    body: bytes
    headers: Mapping[str, Any]

    @classmethod
    def of(cls, came: Any, own_user: str) -> Envelope:
        """Read what kombu hands over; ``own_user`` is who this process is to the broker."""
        properties, headers = came.properties, came.headers
        user = str(properties.get("user_id") or "")
        body = came.body.encode() if isinstance(came.body, str) else bytes(came.body)
        return cls(
            id=str(properties.get("message_id") or ""),
            topic=str(came.delivery_info.get("routing_key") or ""),
            sender=str(headers[SENDER]) if user == own_user and SENDER in headers else user,
            body=body,
            headers=headers,
        )

    def message(self) -> Message:
        """Return the message.

        Raises:
            ValueError: The payload is no JSON object.
        """
        payload = json.loads(self.body)
        if not isinstance(payload, dict):
            raise ValueError("the payload is no JSON object")  # noqa: TRY004  # of the sender
        return Message(self.topic, payload, self.sender)

    def dead(self, reason: str) -> dict[str, Any]:
        """Return the headers under which it becomes a dead letter."""
        return {
            SENDER: self.sender,
            REASON: reason[:_REASON_CHARACTERS],
            FAILED_AT: int(time.time()),
        }

    @property
    def reason(self) -> str:
        """Why a dead letter died."""
        deaths = self.headers.get("x-death") or [{}]
        return str(self.headers.get(REASON) or deaths[0].get("reason", ""))

    @property
    def failed_at(self) -> float | None:
        """When a dead letter died, in seconds since the epoch."""
        if FAILED_AT in self.headers:
            return float(self.headers[FAILED_AT])
        deaths = self.headers.get("x-death") or [{}]
        when = deaths[0].get("time")
        return when.timestamp() if when is not None else None


def body_of(message: Message) -> bytes:
    """Return the payload as JSON."""
    return json.dumps(dict(message.payload), separators=(",", ":")).encode()


def new_id() -> str:
    """Return what a new message is called."""
    return uuid.uuid4().hex
