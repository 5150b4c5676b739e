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

import pytest

from synnefo_core.contracts.bus import Bus, Message

PATIENCE_S = 5.0


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
        other.subscribe("tests.a", received.append)

        bus.publish(Message("tests.a", {"number": 1, "text": "é"}))

        other.receive(timeout_s=PATIENCE_S)
        assert [dict(m.payload) for m in received] == [{"number": 1, "text": "é"}]

    def test_a_receiver_gets_nothing_of_other_topics(self, bus: Bus, other: Bus) -> None:
        """Topics are apart."""
        received: list[str] = []
        other.subscribe("tests.a", lambda message: received.append(message.topic))
        other.subscribe("tests.b", lambda message: received.append(message.topic))

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

    def test_waiting_in_vain_ends(self, other: Bus) -> None:
        """Without messages ``receive`` comes back and says so."""
        other.subscribe("tests.a", lambda _: None)

        assert other.receive(timeout_s=0.05) == 0

    def test_the_sender_is_what_the_bus_vouches_for(self, bus: Bus, other: Bus) -> None:
        """What a message claims about its sender is not believed."""
        received: list[Message] = []
        other.subscribe("tests.a", received.append)

        bus.publish(Message("tests.a", {}, sender="somebody else"))

        other.receive(timeout_s=PATIENCE_S)
        assert [message.sender for message in received] != ["somebody else"]
