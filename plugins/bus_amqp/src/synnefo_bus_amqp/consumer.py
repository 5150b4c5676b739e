# SPDX-License-Identifier: Apache-2.0
"""The receiving side: lines to all virtual hosts, waited for together."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import defaultdict
from contextlib import suppress

from synnefo_bus_amqp.line import Line
from synnefo_bus_amqp.options import Options
from synnefo_core.contracts.bus import BusUnavailable, Receiver


class Consumer:
    """Receives from every virtual host, in one thread at a time."""

    def __init__(self, told: Options) -> None:
        self._receivers: dict[str, list[Receiver]] = defaultdict(list)
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._ringer.setblocking(False)
        self._lines = [
            Line(alternatives, told, wake=self._wake, topics=self._receivers)
            for alternatives in told.brokers
        ]
        self._is_closed = False
        self._receiving = threading.Lock()

    def subscribe(self, topic: str, receiver: Receiver) -> None:
        """Remember a receiver; see :meth:`synnefo_core.contracts.bus.Bus.subscribe`."""
        self._receivers[topic].append(receiver)

    def receive(self, timeout_s: float) -> int:
        """Deliver what has come; see :meth:`synnefo_core.contracts.bus.Bus.receive`."""
        give_up = time.monotonic() + timeout_s
        with self._receiving:
            return self._receive(give_up)

    def _receive(self, give_up: float) -> int:
        while not self._is_closed:
            delivered = sum(self._deliver(line) for line in self._lines)
            left_s = give_up - time.monotonic()
            if delivered or left_s <= 0:
                return delivered
            self._wait(left_s)
        return 0

    def close(self) -> None:
        """Leave the brokers; who receives comes back."""
        self._is_closed = True
        self._wake()
        with self._receiving:
            for line in self._lines:
                line.close()
            self._bell.close()
            self._ringer.close()

    def _deliver(self, line: Line) -> int:
        """Hand over what a line has: ``prefetch`` messages at most, so the others have their turns."""
        line.keep()
        if line.link is None:
            return 0
        try:
            line.link.read()
            return line.link.hand_over(self._receivers)
        except BusUnavailable as reason:
            line.lose(reason)
            return 0

    def _wait(self, timeout_s: float) -> None:
        """Wait until a line has something, has come up, or wants to be looked after."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            for line in self._lines:
                if line.link is not None:
                    selector.register(line.link.fileno(), selectors.EVENT_READ)
            selector.select(max(0.0, min([timeout_s, *(line.due_in_s for line in self._lines)])))
        with suppress(BlockingIOError):
            self._bell.recv(4096)

    def _wake(self) -> None:
        with suppress(OSError):  # full of what was not read yet, or closed
            self._ringer.send(b"\0")
