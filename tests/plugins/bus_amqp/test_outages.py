# SPDX-License-Identifier: Apache-2.0
"""Brokers that die, hang, come back; and the others meanwhile."""

import time

import pytest

from synnefo_core.contracts.bus import BusUnavailable, Message
from tests.plugins.bus_amqp.brokers import is_up, one_by_one, receive, url
from tests.system.labs.waiting import free_port, until

pytestmark = pytest.mark.system


@pytest.fixture
def received():
    """The numbers of the messages that came."""
    return []


def subscribe(bus, received):
    bus.subscribe("tests.a", one_by_one(lambda message: received.append(message.payload["number"])))


def test_a_message_that_no_queue_takes_is_not_sent(make, broker):
    with pytest.raises(BusUnavailable):
        make(url(broker, "east")).publish(Message("tests.a", {}))


def test_messages_of_several_clusters_are_received_together(make, broker, received):
    cloud = make(url(broker, "cloud"), url(broker, "cloud", "west"))
    senders = []
    cloud.subscribe("tests.a", one_by_one(lambda message: senders.append(message.sender)))
    receive(cloud, lambda: all(line.link for line in cloud._consumer._lines))

    for cluster in ("west", "east"):
        make(url(broker, cluster, cluster)).publish(Message("tests.a", {}))

    receive(cloud, lambda: len(senders) == 2)
    assert {"east", "west"} == set(senders)


def test_what_is_not_done_yet_waits_at_the_broker_for_others(make, broker, received):
    busy, idle = (make(url(broker, "cloud"), prefetch=5) for _ in range(2))
    receive(busy, lambda: is_up(busy))
    node = make(url(broker, "east"))
    for number in range(20):
        node.publish(Message("tests.a", {"number": number}))
    until(lambda: busy._consumer._lines[0].link.read() or came(busy) == 5, "five", within_s=5)

    subscribe(idle, received)
    receive(idle, lambda: len(received) == 15)

    assert 5 == came(busy)
    assert set(range(5, 20)) == set(received)


def test_of_messages_that_came_together_none_comes_again(make, broker, received):
    cloud = make(url(broker, "cloud"))
    receive(cloud, lambda: is_up(cloud))
    node = make(url(broker, "east"))
    for number in range(5):
        node.publish(Message("tests.a", {"number": number}))
    until(lambda: cloud._consumer._lines[0].link.read() or came(cloud) == 5, "five", within_s=5)
    subscribe(cloud, received)
    assert 5 == cloud.receive(timeout_s=5)
    cloud.close()

    successor = make(url(broker, "cloud"))
    subscribe(successor, received)
    receive(successor, lambda: is_up(successor))

    assert 0 == successor.receive(timeout_s=0.5)
    assert [0, 1, 2, 3, 4] == received


def came(bus) -> int:
    """How many messages a bus has here that nobody received."""
    return len(bus._consumer._lines[0].link._came)


def test_the_next_broker_is_taken_when_one_is_dead(make, broker, received):
    dead = f"amqp://cloud:x@127.0.0.1:{free_port()}/east"
    cloud = make(f"{dead};{url(broker, 'cloud')}")
    subscribe(cloud, received)
    receive(cloud, lambda: is_up(cloud))

    make(f"{dead};{url(broker, 'east')}").publish(Message("tests.a", {"number": 1}))

    receive(cloud, lambda: received)
    assert [1] == received


def test_what_a_killed_broker_had_comes_when_it_is_back(make, other_broker, received):
    cloud, node = make(url(other_broker, "cloud")), make(url(other_broker, "east"))
    receive(cloud, lambda: is_up(cloud))
    node.publish(Message("tests.a", {"number": 1}))

    other_broker.kill()

    subscribe(cloud, received)
    cloud.receive(timeout_s=0.1)  # hears of it
    with pytest.raises(BusUnavailable):
        node.publish(Message("tests.a", {"number": 2}), timeout_s=2)
    other_broker.restart()
    node.publish(Message("tests.a", {"number": 3}))
    receive(cloud, lambda: 3 in received)
    # Whether the one in the middle was taken nobody knew.
    assert [1, 3] == [number for number in received if number != 2]


def test_a_broker_that_hangs_holds_up_no_other(make, broker, other_broker, received):
    cloud = make(url(broker, "cloud"), url(other_broker, "cloud"), heartbeat_s=2)
    subscribe(cloud, received)
    receive(cloud, lambda: all(line.link for line in cloud._consumer._lines))
    node, hanging = make(url(broker, "east")), make(url(other_broker, "east"))
    hanging.publish(Message("tests.a", {"number": 0}))
    receive(cloud, lambda: received)

    other_broker.pause()
    began = time.monotonic()
    with pytest.raises(BusUnavailable):
        hanging.publish(Message("tests.a", {"number": 1}), timeout_s=0.5)
    node.publish(Message("tests.a", {"number": 2}))
    receive(cloud, lambda: 2 in received)
    took_s = time.monotonic() - began
    receive(cloud, lambda: not cloud._consumer._lines[1].link)  # given up without a heartbeat
    other_broker.resume()

    assert took_s < 5
    hanging.publish(Message("tests.a", {"number": 3}))
    receive(cloud, lambda: 3 in received)
