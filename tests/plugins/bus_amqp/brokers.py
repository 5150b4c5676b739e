# SPDX-License-Identifier: Apache-2.0
"""How a broker is set up for a cloud with two clusters, and how tests wait for messages."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from synnefo_bus_amqp import AmqpBus
from synnefo_core.contracts.bus import Message, Receiver
from tests.system.labs.rabbitmq import RabbitLab

PASSWORD = "p@ss/word;1"
CLUSTERS = ("east", "west")

BROKER_PORT = "SYNNEFO_TEST_BROKER_PORT"
"""The variable that names a broker that runs already, with its virtual hosts and users."""


class Broker(Protocol):
    """What a bus needs to know of a broker."""

    @property
    def port(self) -> int: ...


@dataclass(frozen=True)
class GivenBroker:
    """A broker that somebody else started."""

    port: int


def definitions() -> dict[str, Any]:
    """Return what docs/operators/update-path.rst tells operators to make, for two clusters."""
    users = [{"name": name, "tags": "", **hashed(PASSWORD)} for name in ("cloud", *CLUSTERS)]
    permissions = [
        {
            "user": "cloud",
            "vhost": name,
            "configure": "^synnefo",
            "write": "^synnefo",
            "read": "^synnefo",
        }
        for name in CLUSTERS
    ]
    # The tests take a namespace each, so their names have an end.
    permissions += [
        {
            "user": name,
            "vhost": name,
            "configure": r"^synnefo-\w+\.node\.",
            "write": r"^synnefo-\w+(\.node\..*)?$",
            "read": r"^synnefo-\w+\.(nodes$|node\.)",
        }
        for name in CLUSTERS
    ]
    return {
        "vhosts": [{"name": name} for name in CLUSTERS],
        "users": users,
        "permissions": permissions,
    }


def hashed(password: str) -> dict[str, str]:
    """Return a password as the broker keeps it."""
    salt = os.urandom(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
    }


def import_definitions(lab: RabbitLab) -> RabbitLab:
    """Make the virtual hosts and users in a laboratory."""
    file = lab.directory / "definitions.json"
    file.write_text(json.dumps(definitions()))
    file.chmod(0o644)
    lab.ctl("import_definitions", str(file))
    return lab


def url(lab: Broker, user: str, cluster: str = "east", *, password: str = PASSWORD) -> str:
    """Return the address of a user at a cluster's virtual host."""
    escaped = password.replace("@", "%40").replace("/", "%2F").replace(";", "%3B")
    return f"amqp://{user}:{escaped}@127.0.0.1:{lab.port}/{cluster}"


def one_by_one(receive: Callable[[Message], None]) -> Receiver:
    """Return a receiver that takes messages one after another."""

    def receive_all(messages: Sequence[Message]) -> None:
        for message in messages:
            receive(message)

    return receive_all


def is_up(bus: AmqpBus) -> bool:
    """Tell whether a bus has come up."""
    return bus._consumer._lines[0].link is not None


def receive(bus: AmqpBus, until: Callable[[], object], *, turns: int = 600) -> None:
    """Receive until something is true; a turn waits a twentieth of a second at most."""
    for _ in range(turns):
        if until():
            return
        bus.receive(timeout_s=0.05)
    raise AssertionError("it did not come to be")
