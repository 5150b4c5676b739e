# SPDX-License-Identifier: Apache-2.0
"""The dead letters of one virtual host: look at them, have them received again, do away with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from synnefo_bus_amqp.addresses import Address, Alternatives
from synnefo_bus_amqp.connections import connect, failing, leave
from synnefo_bus_amqp.envelopes import SENDER, Envelope
from synnefo_bus_amqp.options import Options
from synnefo_bus_amqp.posting import Post
from synnefo_bus_amqp.topology import Topology
from synnefo_core.contracts.bus import BusUnavailable


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter, and where it is."""

    virtual_host: str
    envelope: Envelope


class DeadLetters:
    """The queue of dead letters of a virtual host.

    Every call has a connection of its own and takes the letters from the queue for as long as it
    lasts; those that are to stay are put back to their places when it ends, however it ends.
    """

    def __init__(self, alternatives: Alternatives, told: Options) -> None:
        self._alternatives, self._told = alternatives, told
        self._topology = Topology(told)

    @property
    def virtual_host(self) -> str:
        return self._alternatives[0].virtual_host

    def first(self, most: int) -> list[DeadLetter]:
        """Return the oldest letters.

        Raises:
            BusUnavailable: No broker answers.
        """
        with self._open() as (address, channel, _):
            letters = (self._envelope(came, address) for came in self._taken(channel, most))
            return [DeadLetter(self.virtual_host, envelope) for envelope in letters]

    def retry(self, ids: Collection[str] | None) -> int:
        """Have letters of some ids received again, or all of them; return how many those are.

        Raises:
            BusUnavailable: No broker answers; some may be sent already, and none is lost.
        """
        with self._open() as (address, channel, post):
            return self._remove(
                channel, address, ids, lambda envelope: self._send_again(post, envelope)
            )

    def purge(self, ids: Collection[str] | None) -> int:
        """Do away with letters of some ids, or with all of them; return how many those are.

        Raises:
            BusUnavailable: No broker answers; some may be gone already.
        """
        with self._open() as (address, channel, _):
            return self._remove(channel, address, ids, lambda _: None)

    def _remove(
        self,
        channel: Any,
        address: Address,
        ids: Collection[str] | None,
        handle: Callable[[Envelope], None],
    ) -> int:
        removed = 0
        for came in self._taken(channel):
            envelope = self._envelope(came, address)
            if ids is None or envelope.id in ids:
                handle(envelope)
                came.ack()
                removed += 1
        return removed

    def _send_again(self, post: Post, envelope: Envelope) -> None:
        post.send(
            self._topology.exchange,
            envelope.topic,
            envelope.body,
            timeout_s=self._told.answer_timeout_s,
            message_id=envelope.id,
            headers={SENDER: envelope.sender},
        )

    def _taken(self, channel: Any, most: int | None = None) -> Iterator[Any]:
        """Yield what is in the queue now; what comes back meanwhile is for the next call."""
        queue = self._topology.dead_queue(channel)
        number = queue.queue_declare(passive=True).message_count
        for _ in range(number if most is None else min(most, number)):
            came = queue.get()
            if came is None:
                return
            yield came

    @staticmethod
    def _envelope(came: Any, address: Address) -> Envelope:
        return Envelope.of(came, address.user)

    @contextmanager
    def _open(self) -> Iterator[tuple[Address, Any, Post]]:
        address, connection = self._connect()
        try:
            with failing(address):
                channel = connection.channel()
                self._topology.declare(channel, [])
                yield address, channel, Post(connection, address.user)
        finally:
            leave(connection)

    def _connect(self) -> tuple[Address, Any]:
        for address in self._alternatives[:-1]:
            try:
                return address, connect(address, self._told)
            except BusUnavailable:
                continue  # another one of them may answer
        return self._alternatives[-1], connect(self._alternatives[-1], self._told)
