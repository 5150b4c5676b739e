# SPDX-License-Identifier: Apache-2.0
"""What can't be received is put aside with the reason and blocks nobody."""

import contextlib

import kombu
import pytest

from synnefo_core.contracts.bus import Message
from tests.plugins.bus_amqp.brokers import is_up, one_by_one, receive, url
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system


@pytest.fixture
def dead(broker):
    """Return a function that takes the next dead letter of a bus, as it is on the broker."""
    with kombu.Connection(url(broker, "cloud")) as connection:
        channel = connection.channel()
        yield lambda bus: kombu.Queue(f"{bus._told.namespace}.dead")(channel).get(no_ack=True)


def body_of(letter) -> bytes:
    return letter.body.encode() if isinstance(letter.body, str) else bytes(letter.body)


def test_a_message_whose_receiver_fails_is_put_aside_with_the_reason(make, broker, cloud, dead):
    received = []

    def handle(message):
        if message.payload["number"] == 1:
            raise LookupError("no such server")
        received.append(message.payload["number"])

    cloud.subscribe("tests.a", one_by_one(handle))
    node = make(url(broker, "east"))
    for number in (1, 2):
        node.publish(Message("tests.a", {"number": number}))

    receive(cloud, lambda: received)

    letter = dead(cloud)
    assert [2] == received
    assert b'{"number":1}' == body_of(letter)
    assert "LookupError: no such server" == letter.headers["synnefo-reason"]
    assert "east" == letter.headers["synnefo-sender"]
    assert "tests.a" == letter.delivery_info["routing_key"]
    assert dead(cloud) is None


@pytest.mark.parametrize("body", [b"\xff", b"[1]", b"[" * 100_000], ids=["text", "list", "deep"])
def test_what_is_no_message_is_put_aside(broker, cloud, dead, body):
    with kombu.Connection(url(broker, "east")) as connection:
        producer = kombu.Producer(connection.channel())
        producer.publish(
            body,
            exchange=cloud._told.namespace,
            routing_key="tests.a",
            content_type="application/json",
            content_encoding="binary",
        )

    assert 1 == cloud.receive(timeout_s=5)

    letter = dead(cloud)
    assert body == body_of(letter)
    assert "unreadable" in letter.headers["synnefo-reason"]


def test_only_so_many_are_kept(make, broker, dead):
    bus = make(url(broker, "cloud"), dead_letters=2)
    came = []

    def fail(message):
        came.append(message.payload["number"])
        raise LookupError

    bus.subscribe("tests.a", one_by_one(fail))
    receive(bus, lambda: is_up(bus))
    node = make(url(broker, "east"))
    for number in (1, 2, 3):
        node.publish(Message("tests.a", {"number": number}))

    receive(bus, lambda: {1, 2, 3} == set(came))

    assert [b'{"number":2}', b'{"number":3}'] == [body_of(dead(bus)), body_of(dead(bus))]
    assert dead(bus) is None


def test_who_ends_in_the_middle_leaves_the_message_to_others(make, broker, cloud):
    def end(_message):
        raise KeyboardInterrupt

    received = []
    cloud.subscribe("tests.a", end)
    successor = make(url(broker, "cloud"))
    successor.subscribe("tests.a", one_by_one(received.append))
    make(url(broker, "east")).publish(Message("tests.a", {"number": 1}))

    with pytest.raises(KeyboardInterrupt):
        receive(cloud, lambda: False)
    cloud.close()

    receive(successor, lambda: received)
    assert [{"number": 1}] == [dict(message.payload) for message in received]


def test_a_message_that_ends_every_process_is_put_aside_at_last(make, broker, dead):
    def end(_message):
        raise KeyboardInterrupt

    def receive_and_end():
        bus = make(url(broker, "cloud"), deliveries=2, queue_type="quorum")
        bus.subscribe("tests.a", end)
        with contextlib.suppress(KeyboardInterrupt):
            bus.receive(timeout_s=0.3)
        bus.close()
        return bus

    receive_and_end()
    make(url(broker, "east")).publish(Message("tests.a", {"number": 1}))
    letters = []
    until(lambda: letters.append(dead(receive_and_end())) or letters[-1], "the end", within_s=20)

    assert b'{"number":1}' == body_of(letters[-1])
    assert "delivery_limit" == letters[-1].headers["x-death"][0]["reason"]
    assert 2 <= len(letters)
