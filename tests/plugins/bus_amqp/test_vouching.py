# SPDX-License-Identifier: Apache-2.0
"""Who sent a message is what the broker says, not what anybody claims."""

import kombu
import pytest
from amqp.exceptions import NotAllowed, PreconditionFailed

from synnefo_core.contracts.bus import BusUnavailable, Message
from tests.plugins.bus_amqp.brokers import is_up, one_by_one, receive, url

pytestmark = pytest.mark.system


@pytest.fixture
def send(broker, cloud):
    """Return a function that publishes past our own code, as the user of the cluster east."""
    with kombu.Connection(
        url(broker, "east"), transport_options={"confirm_publish": True}
    ) as connection:

        def send(**properties):
            producer = kombu.Producer(connection.channel())
            exchange = cloud._told.namespace
            producer.publish({}, exchange=exchange, routing_key="tests.a", timeout=5, **properties)

        yield send


@pytest.fixture
def senders(cloud):
    """The senders of what the cloud received."""
    senders = []
    cloud.subscribe("tests.a", one_by_one(lambda message: senders.append(message.sender)))
    return senders


def test_the_sender_is_the_user_of_the_cluster(make, broker, cloud, senders):
    make(url(broker, "east")).publish(Message("tests.a", {}, sender="west"))

    receive(cloud, lambda: senders)

    assert ["east"] == senders


def test_the_broker_refuses_a_cluster_that_says_it_is_another(send, cloud, senders):
    with pytest.raises(PreconditionFailed):
        send(user_id="west")

    assert 0 == cloud.receive(timeout_s=0.1)


def test_nobody_vouches_for_who_does_not_say_who_it_is(send, cloud, senders):
    send()

    receive(cloud, lambda: senders)

    assert [""] == senders


def test_a_cluster_can_not_hand_on_messages_of_another(send, cloud, senders):
    send(user_id="east", headers={"synnefo-sender": "west"})

    receive(cloud, lambda: senders)

    assert ["east"] == senders


def test_a_clusters_user_can_neither_receive_nor_publish_elsewhere(make, broker, cloud):
    node = make(url(broker, "east"))
    elsewhere = make(url(broker, "east", "west"))

    assert 0 == node.receive(timeout_s=0.5)
    assert not is_up(node)
    with pytest.raises(BusUnavailable) as refusal:
        elsewhere.publish(Message("tests.a", {}), timeout_s=3)
    assert isinstance(refusal.value.__cause__, NotAllowed)
