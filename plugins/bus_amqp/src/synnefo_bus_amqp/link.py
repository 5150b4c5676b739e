# SPDX-License-Identifier: Apache-2.0
"""An open connection to one virtual host, from which messages are taken."""

from __future__ import annotations

import logging
import selectors
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kombu import Consumer

from synnefo_bus_amqp.addresses import Address
from synnefo_bus_amqp.connections import connect, failing, leave
from synnefo_bus_amqp.envelopes import Envelope
from synnefo_bus_amqp.options import Options
from synnefo_bus_amqp.posting import Post
from synnefo_bus_amqp.topology import Topology
from synnefo_core.bus import deliver
from synnefo_core.contracts.bus import Message, Receiver

log = logging.getLogger(__name__)

# Nothing is waited for but the rest of a message whose beginning has come.
_REST_S = 0.05


class Link:
    """Receives; all methods but the constructor belong to one thread."""

    def __init__(self, address: Address, told: Options, *, topics: Iterable[str] = ()) -> None:
        """Connect, make what is not there, and begin to receive; a node only some topics.

        Raises:
            BusUnavailable: The broker is not there, or will not have us.
        """
        self.address = address
        self._timeout_s = told.answer_timeout_s
        self._topology = Topology(told)
        self._came: deque[Any] = deque()
        self._connection = connect(address, told)
        self._selector = selectors.DefaultSelector()
        try:
            with failing(address):
                self._begin(told, topics)
        except BaseException:
            self.close()
            raise

    def _begin(self, told: Options, topics: Iterable[str]) -> None:
        self._selector.register(self.fileno(), selectors.EVENT_READ)
        channel = self._connection.channel()
        self._topology.declare(channel, topics)
        # On a channel of its own: it is refused by itself.
        self._post = Post(self._connection, self.address.user)
        channel.basic_qos(0, told.prefetch, False)
        # Only put aside here: more may come while something else is waited for.
        consumer = Consumer(
            channel, [self._topology.inbox], on_message=self._came.append, auto_declare=False
        )
        consumer.consume()

    def fileno(self) -> int:
        """Return what becomes readable when something comes."""
        return int(self._connection.sock.fileno())

    def read(self) -> None:
        """Read what has come, and show that we live; wait for nothing.

        Raises:
            BusUnavailable: The connection is lost.
        """
        with failing(self.address):
            self._connection.heartbeat_tick()
            while self._is_readable():
                try:
                    self._connection.drain_events(timeout=_REST_S)
                except TimeoutError:
                    return

    def _is_readable(self) -> bool:
        sock = self._connection.sock
        # What TLS has decrypted already is not seen from outside.
        return bool(hasattr(sock, "pending") and sock.pending()) or bool(self._selector.select(0))

    def hand_over(self, receivers: Mapping[str, Sequence[Receiver]]) -> int:
        """Give the messages that were read to their receivers; return how many.

        What can't be received becomes a dead letter first. Then the broker is told that they are
        done; until that it keeps them: who ends in the middle gets them again.

        Raises:
            BusUnavailable: The connection is lost.
        """
        came = [self._came.popleft() for _ in range(len(self._came))]
        if not came:
            return 0
        envelopes = [Envelope.of(each, self.address.user) for each in came]
        problems = _problems_of(envelopes, receivers)
        with failing(self.address):
            for place in sorted(problems):
                self._bury(envelopes[place], problems[place])
            came[-1].ack(multiple=True)
        return len(came)

    def _bury(self, envelope: Envelope, reason: str) -> None:
        if self._topology.is_node:  # which may not write there
            log.warning("a message is dropped: %s", reason, extra={"topic": envelope.topic})
            return
        self._post.send(
            self._topology.dead_exchange,
            envelope.topic,
            envelope.body,
            timeout_s=self._timeout_s,
            message_id=envelope.id,
            headers=envelope.dead(reason),
        )

    def close(self) -> None:
        """Leave the broker; what was not handed over goes to somebody else."""
        self._selector.close()
        leave(self._connection)


def _problems_of(
    envelopes: Sequence[Envelope], receivers: Mapping[str, Sequence[Receiver]]
) -> dict[int, str]:
    """Have messages received; return which could not be, by their places, and why."""
    problems, read = {}, dict[int, Message]()
    for place, envelope in enumerate(envelopes):
        try:
            read[place] = envelope.message()
        except (ValueError, RecursionError) as cause:
            problems[place] = f"unreadable: {cause}"
    places = list(read)
    refused = deliver(read.values(), receivers)
    return problems | {places[number]: problem for number, problem in refused.items()}
