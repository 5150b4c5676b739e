# SPDX-License-Identifier: Apache-2.0
"""The contract of the message bus: hints from clusters and nodes to the cloud, and back.

Stevedore group: ``synnefo.bus``. The in-process bus of the core is the default. Messages
are hints: they may be lost, doubled and reordered, and a handler bears it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from synnefo_core.contracts.driver import Driver, DriverSetup, Unavailable


class BusUnavailable(Unavailable):
    """The broker did not take the message."""


@dataclass(frozen=True)
class Message:
    """A message: its topic ("ganeti.job"), who sent it and JSON values.

    ``sender`` is what the broker vouches for, not what the message claims.
    """

    topic: str
    payload: Mapping[str, object]
    sender: str = ""


Receiver = Callable[[Sequence[Message]], None]
"""Takes one message of a topic or several, in the order in which they came."""


class Bus(Driver):
    """A bus: the driver class that an entry point of ``synnefo.bus`` names."""

    @abstractmethod
    def __init__(self, setup: DriverSetup) -> None:
        """Prepare to talk to the broker."""

    @abstractmethod
    def publish(self, message: Message, *, timeout_s: float = 10.0) -> None:
        """Hand a message over; it is safe with the bus when this returns.

        Raises:
            BusUnavailable: Whether it was taken is unknown. Published again it may come twice.
        """

    def broadcast(self, message: Message, *, cluster: str, timeout_s: float = 10.0) -> None:
        """Hand a message to those nodes of a cluster that have subscribed to its topic.

        Whom it does not reach is not known: nodes that are away for long never get it.

        Raises:
            BusUnavailable: No broker took it, or none is that cluster's.
        """
        del message, timeout_s
        raise BusUnavailable(f"this bus reaches no nodes of {cluster}")

    @abstractmethod
    def subscribe(self, topic: str, receiver: Receiver) -> None:
        """Call ``receiver`` for the messages of a topic that are received from now on.

        A receiver that raises stops nobody: it gets each of the messages again by itself, other
        receivers and other messages have their turns, and a bus with a broker puts the message
        aside with the reason.
        """

    @abstractmethod
    def receive(self, *, timeout_s: float) -> int:
        """Deliver what has come, waiting at most ``timeout_s`` for the first; return how many.

        A broker that is away is no error: there is nothing from it until it is back.
        """

    def close(self) -> None:
        """Leave the broker."""
        return
