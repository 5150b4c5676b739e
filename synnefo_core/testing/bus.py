# SPDX-License-Identifier: Apache-2.0
"""The conformance suite of a message bus.

Subclass it with two fixtures, ``bus`` and ``other``, that are two connections to one broker
(the same object for a bus inside one process)::

    class TestMine(BusContract):
        @pytest.fixture
        def bus(self): ...
        @pytest.fixture
        def other(self, bus): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from synnefo_core.contracts.bus import Bus, Message

PATIENCE_S = 5.0


def _numbers(messages: Iterable[Message]) -> list[object]:
    return [message.payload["number"] for message in messages]


def _receive(bus: Bus, number: int) -> None:
    """Receive until so many messages have come, or none comes any more."""
    while number > 0 and (came := bus.receive(timeout_s=PATIENCE_S)):
        number -= came


class BusContract:
    """What every bus does."""

    @pytest.fixture
    def bus(self) -> Bus:
        """Return the connection that publishes."""
        raise NotImplementedError

    @pytest.fixture
    def other(self, bus: Bus) -> Bus:
        """Return the connection that receives."""
        return bus

    def test_a_receiver_gets_what_is_published_to_its_topic(self, bus: Bus, other: Bus) -> None:
        """A message arrives as it was sent."""
        received: list[Message] = []
        other.subscribe("tests.a", received.extend)

        bus.publish(Message("tests.a", {"number": 1, "text": "é"}))

        other.receive(timeout_s=PATIENCE_S)
        assert [dict(m.payload) for m in received] == [{"number": 1, "text": "é"}]

    def test_a_receiver_gets_nothing_of_other_topics(self, bus: Bus, other: Bus) -> None:
        """Topics are apart."""
        received: list[str] = []
        other.subscribe("tests.a", lambda some: received.extend(each.topic for each in some))
        other.subscribe("tests.b", lambda some: received.extend(each.topic for each in some))

        bus.publish(Message("tests.b", {}))

        other.receive(timeout_s=PATIENCE_S)
        assert received == ["tests.b"]

    def test_what_nobody_waits_for_is_no_error(self, bus: Bus) -> None:
        """A message without a receiver is taken all the same."""
        bus.publish(Message("tests.nobody", {}))

        assert bus.receive(timeout_s=0.05) in (0, 1)

    def test_every_receiver_of_a_topic_is_called(self, bus: Bus, other: Bus) -> None:
        """Two receivers in one process both learn of it."""
        received: list[int] = []
        other.subscribe("tests.a", lambda _: received.append(1))
        other.subscribe("tests.a", lambda _: received.append(2))

        bus.publish(Message("tests.a", {}))

        other.receive(timeout_s=PATIENCE_S)
        assert sorted(received) == [1, 2]

    def test_messages_come_in_the_order_in_which_they_were_sent(self, bus: Bus, other: Bus) -> None:
        """One publisher and one receiver see the same order."""
        received: list[object] = []
        other.subscribe("tests.a", lambda some: received.extend(_numbers(some)))

        for number in range(20):
            bus.publish(Message("tests.a", {"number": number}))

        _receive(other, 20)
        assert received == list(range(20))

    def test_a_receiver_that_fails_stops_no_other(self, bus: Bus, other: Bus) -> None:
        """Neither other receivers of the message nor the messages behind it."""
        received: list[object] = []

        def fail(_: Sequence[Message]) -> None:
            msg = "the receiver fails"
            raise LookupError(msg)

        other.subscribe("tests.a", fail)
        other.subscribe("tests.a", lambda some: received.extend(_numbers(some)))

        for number in (1, 2):
            bus.publish(Message("tests.a", {"number": number}))

        _receive(other, 2)
        assert received == [1, 2]

    def test_of_several_messages_only_that_one_fails_which_can_not_be_received(
        self, bus: Bus, other: Bus
    ) -> None:
        """A receiver that fails at several gets each of them by itself."""
        received: set[object] = set()

        def receive(some: Sequence[Message]) -> None:
            if 2 in _numbers(some):
                msg = "the second is bad"
                raise LookupError(msg)
            received.update(_numbers(some))

        other.subscribe("tests.a", receive)

        for number in (1, 2, 3):
            bus.publish(Message("tests.a", {"number": number}))

        _receive(other, 3)
        assert received == {1, 3}

    def test_what_was_received_does_not_come_again(self, bus: Bus, other: Bus) -> None:
        """A message that a receiver took is done."""
        received: list[Message] = []
        other.subscribe("tests.a", received.extend)
        bus.publish(Message("tests.a", {}))
        other.receive(timeout_s=PATIENCE_S)

        assert other.receive(timeout_s=0.05) == 0

        assert len(received) == 1

    def test_waiting_in_vain_ends(self, other: Bus) -> None:
        """Without messages ``receive`` comes back and says so."""
        other.subscribe("tests.a", lambda _: None)

        assert other.receive(timeout_s=0.05) == 0

    def test_the_sender_is_what_the_bus_vouches_for(self, bus: Bus, other: Bus) -> None:
        """What a message claims about its sender is not believed."""
        received: list[Message] = []
        other.subscribe("tests.a", received.extend)

        bus.publish(Message("tests.a", {}, sender="somebody else"))

        other.receive(timeout_s=PATIENCE_S)
        assert [message.sender for message in received] != ["somebody else"]
