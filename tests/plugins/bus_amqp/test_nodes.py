# SPDX-License-Identifier: Apache-2.0
"""What the cloud says to nodes reaches those of one cluster, with no rights beyond that."""

import pytest

from synnefo_core.contracts.bus import BusUnavailable, Message
from tests.plugins.bus_amqp.brokers import is_up, receive, url

pytestmark = pytest.mark.system


@pytest.fixture
def cloud(make, broker):
    bus = make(url(broker, "cloud", "east"), url(broker, "cloud", "west"))
    receive(bus, lambda: all(line.link for line in bus._consumer._lines))
    return bus


@pytest.fixture
def node(make, broker, cloud):
    """Return a function that makes a node, which has come up, and the numbers that it heard."""

    def node(cluster, name, *topics):
        bus = make(url(broker, cluster, cluster), node=name)
        heard = []
        for topic in topics or ("node.tests", f"node.tests.{name}"):
            bus.subscribe(topic, lambda some: heard.extend(one.payload["n"] for one in some))
        receive(bus, lambda: is_up(bus))
        return bus, heard

    return node


def test_all_nodes_of_a_cluster_hear_and_no_others(cloud, node):
    nodes = [node("east", "n1"), node("east", "n2"), node("west", "n1")]

    cloud.broadcast(Message("node.tests", {"n": 1}), cluster="east")
    cloud.broadcast(Message("node.tests.n2", {"n": 2}), cluster="east")
    cloud.broadcast(Message("node.tests", {"n": 3}), cluster="west")
    cloud.broadcast(Message("node.tests", {"n": 4}), cluster="east")

    for (bus, heard), expected in zip(nodes, ([1, 4], [1, 2, 4], [3]), strict=True):
        receive(bus, lambda heard=heard, expected=expected: len(heard) >= len(expected))
        assert expected == sorted(heard)


def test_a_node_is_heard_by_the_cloud_and_gets_nothing_that_is_for_it(cloud, node):
    said = []
    cloud.subscribe("node.hello", said.extend)
    bus, heard = node("east", "n1")

    bus.publish(Message("node.hello", {"node": "n1"}))

    receive(cloud, lambda: said)
    assert ["east"] == [message.sender for message in said]
    assert [] == heard


def test_what_was_said_while_a_node_was_away_for_a_moment_waits_for_it(cloud, node):
    bus, _ = node("east", "n1")
    bus.close()

    cloud.broadcast(Message("node.tests", {"n": 1}), cluster="east")

    again, heard = node("east", "n1")
    receive(again, lambda: heard)
    assert [1] == heard


def test_nobody_hears_what_is_said_to_a_cluster_without_nodes_or_a_broker(cloud):
    cloud.broadcast(Message("node.tests", {"n": 1}), cluster="west")
    with pytest.raises(BusUnavailable):
        cloud.broadcast(Message("node.tests", {"n": 1}), cluster="north")


def test_a_receiver_that_fails_on_a_node_harms_nobody(cloud, node, caplog):
    bus, heard = node("east", "n1")
    for broken in ({"m": 0}, {"n": 1}):
        cloud.broadcast(Message("node.tests", broken), cluster="east")

    receive(bus, lambda: heard)
    assert "dropped" in caplog.text
