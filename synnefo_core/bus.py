# SPDX-License-Identifier: Apache-2.0
"""How messages reach their receivers, and the in-process bus: the embedded default."""

from __future__ import annotations

import logging
import queue
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from synnefo_core.contracts.bus import Bus, Message, Receiver
from synnefo_core.contracts.driver import DriverSetup

log = logging.getLogger(__name__)


_AT_ONCE = 1000
"""So many messages are received together, at most."""


def deliver(
    messages: Iterable[Message], receivers: Mapping[str, Sequence[Receiver]]
) -> dict[int, str]:
    """Call all receivers of messages, whichever of them fail.

    Args:
        messages: In the order in which they came.
        receivers: By topic.

    Returns:
        Which are to be put aside, by their places, and why.
    """
    by_topic: dict[str, list[tuple[int, Message]]] = defaultdict(list)
    for place, message in enumerate(messages):
        by_topic[message.topic].append((place, message))
    problems: dict[int, list[str]] = defaultdict(list)
    for topic, some in by_topic.items():
        for receiver in receivers.get(topic, ()):
            for place, problem in _refused(receiver, some):
                problems[place].append(problem)
    return {place: "; ".join(some) for place, some in problems.items()}


def _refused(receiver: Receiver, some: Sequence[tuple[int, Message]]) -> Iterable[tuple[int, str]]:
    """Have messages received; yield the places of those that can't be, and why."""
    try:
        receiver([message for _, message in some])
    except Exception as problem:
        if len(some) == 1:
            ((place, message),) = some
            log.exception(
                "a message can't be received",
                extra={"topic": message.topic, "sender": message.sender},
            )
            yield place, f"{type(problem).__name__}: {problem}"
            return
        # One of them may be the reason for all: whoever receives bears doubled ones.
        for each in some:
            yield from _refused(receiver, [each])


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

    def broadcast(self, message: Message, *, cluster: str, timeout_s: float = 10.0) -> None:
        """Queue a message: nodes that are this process get it; see :meth:`Bus.broadcast`."""
        del cluster
        self.publish(message, timeout_s=timeout_s)

    def subscribe(self, topic: str, receiver: Receiver) -> None:
        """Remember a receiver; see :meth:`Bus.subscribe`."""
        self._receivers[topic].append(receiver)

    def receive(self, *, timeout_s: float) -> int:
        """Deliver what is queued; see :meth:`Bus.receive`."""
        try:
            came = [self._queue.get(timeout=timeout_s)]
        except queue.Empty:
            return 0
        with suppress(queue.Empty):
            while len(came) < _AT_ONCE:
                came.append(self._queue.get_nowait())
        deliver(came, self._receivers)
        return len(came)
