# SPDX-License-Identifier: Apache-2.0
"""The sending side: one connection, kept while it works."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from synnefo_bus_amqp.addresses import Alternatives
from synnefo_bus_amqp.connections import connect, failing, leave
from synnefo_bus_amqp.envelopes import body_of
from synnefo_bus_amqp.options import Options
from synnefo_bus_amqp.posting import Post
from synnefo_bus_amqp.topology import Topology
from synnefo_core.contracts.bus import BusUnavailable, Message

log = logging.getLogger(__name__)


class Publisher:
    """Sends to one cluster of brokers, whichever of them answers."""

    def __init__(
        self, told: Options, alternatives: Alternatives, *, is_to_nodes: bool = False
    ) -> None:
        self._told, self._alternatives, self._is_to_nodes = told, alternatives, is_to_nodes
        topology = Topology(told)
        self._exchange = topology.nodes_exchange if is_to_nodes else topology.exchange
        self._lock = threading.Lock()
        self._connection: Any = None
        self._place = 0
        self._used_at = 0.0

    def publish(self, message: Message, timeout_s: float) -> None:
        """Send a message; see :meth:`synnefo_core.contracts.bus.Bus.publish`."""
        give_up = time.monotonic() + timeout_s
        body = body_of(message)
        if not self._lock.acquire(timeout=timeout_s):
            raise BusUnavailable("others are still waiting for the broker")
        try:
            self._send(message.topic, body, give_up)
        finally:
            self._lock.release()

    def close(self) -> None:
        """Leave the broker."""
        with self._lock:
            self._drop()

    def _send(self, topic: str, body: bytes, give_up: float) -> None:
        # Nobody beats while nothing is sent: the broker may have gone without a word.
        if time.monotonic() - self._used_at > self._told.heartbeat_s:
            self._drop()
        alternatives = self._alternatives
        for attempts_left in reversed(range(len(alternatives) + (self._connection is not None))):
            left_s = give_up - time.monotonic()
            try:
                self._send_once(topic, body, max(left_s, 0.001))
                return
            except BusUnavailable:
                self._drop()
                self._place = (self._place + 1) % len(alternatives)
                if not attempts_left or time.monotonic() >= give_up:
                    raise

    def _send_once(self, topic: str, body: bytes, within_s: float) -> None:
        address = self._alternatives[self._place]
        began = time.monotonic()
        with failing(address):
            if self._connection is None:
                self._connection = connect(address, self._told, timeout_s=within_s)
                self._post = Post(self._connection, address.user)
                log.info("connected to the broker", extra={"broker": str(address)})
                if self._is_to_nodes:
                    self._post.declare(self._exchange)
            left_s = max(within_s - (time.monotonic() - began), 0.001)
            # Nodes that are away are nobody's fault.
            self._post.send(
                self._exchange,
                topic,
                body,
                timeout_s=left_s,
                must_arrive=not self._is_to_nodes,
            )
        self._used_at = time.monotonic()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            leave(connection)
