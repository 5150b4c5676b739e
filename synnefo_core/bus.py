# SPDX-License-Identifier: Apache-2.0
"""How messages reach their receivers, and the in-process bus: the embedded default."""

from __future__ import annotations

import logging
import queue
from collections import defaultdict
from collections.abc import Sequence

from synnefo_core.contracts.bus import Bus, Message, Receiver
from synnefo_core.contracts.driver import DriverSetup

log = logging.getLogger(__name__)


def deliver(message: Message, receivers: Sequence[Receiver]) -> str | None:
    """Call all receivers of a message, whichever of them fail.

    Returns:
        Why the message is to be put aside, or None when it is done.
    """
    problems = []
    for receiver in receivers:
        try:
            receiver(message)
        except Exception as problem:
            log.exception(
                "a message can't be received",
                extra={"topic": message.topic, "sender": message.sender},
            )
            problems.append(f"{type(problem).__name__}: {problem}")
    return "; ".join(problems) or None


class LocalBus(Bus):
    """Messages of this process, kept in memory until they are received.

    What can't be received is logged and gone.
    """

    def __init__(self, setup: DriverSetup) -> None:
        """Begin empty."""
        self._sender = setup.name
        self._queue: queue.Queue[Message] = queue.Queue()
        self._receivers: dict[str, list[Receiver]] = defaultdict(list)

    def publish(self, message: Message, *, timeout_s: float = 10.0) -> None:
        """Queue a message; see :meth:`Bus.publish`."""
        # The one who publishes is this process, whatever the message says.
        vouched = Message(message.topic, message.payload, self._sender)
        self._queue.put(vouched, timeout=timeout_s)

    def subscribe(self, topic: str, receiver: Receiver) -> None:
        """Remember a receiver; see :meth:`Bus.subscribe`."""
        self._receivers[topic].append(receiver)

    def receive(self, *, timeout_s: float) -> int:
        """Deliver what is queued; see :meth:`Bus.receive`."""
        delivered = 0
        try:
            message = self._queue.get(timeout=timeout_s)
            while True:
                deliver(message, self._receivers[message.topic])
                delivered += 1
                message = self._queue.get_nowait()
        except queue.Empty:
            return delivered
