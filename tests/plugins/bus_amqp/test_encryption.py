# SPDX-License-Identifier: Apache-2.0
"""Brokers that prove who they are, and others."""

import pytest

from synnefo_core.contracts.bus import BusUnavailable, Message
from tests.plugins.bus_amqp.brokers import is_up, one_by_one, receive, url

pytestmark = pytest.mark.system


def encrypted(lab, user, host="localhost"):
    plain = url(lab, user).replace("amqp://", "amqps://")
    return plain.replace(f"127.0.0.1:{lab.port}", f"{host}:{lab.tls_port}")


def test_messages_go_over_encrypted_connections(make, other_broker):
    told = {"ca_file": str(other_broker.ca_file)}
    cloud = make(encrypted(other_broker, "cloud"), **told)
    received = []
    cloud.subscribe(
        "tests.a", one_by_one(lambda message: received.append(message.payload["number"]))
    )
    receive(cloud, lambda: is_up(cloud))
    node = make(encrypted(other_broker, "east"), **told)

    # Some larger than what TLS decrypts at once.
    for number in range(50):
        node.publish(Message("tests.a", {"number": number, "text": "x" * 1000 * number}))

    receive(cloud, lambda: len(received) == 50)
    assert list(range(50)) == received


def test_a_broker_of_another_name_is_not_spoken_to(make, other_broker):
    node = make(encrypted(other_broker, "east", "127.0.0.1"), ca_file=str(other_broker.ca_file))

    with pytest.raises(BusUnavailable, match="certificate"):
        node.publish(Message("tests.a", {}))


def test_a_broker_that_nobody_vouches_for_is_not_spoken_to(make, other_broker):
    with pytest.raises(BusUnavailable, match="certificate"):
        make(encrypted(other_broker, "east")).publish(Message("tests.a", {}))


def test_authorities_that_are_not_there_are_said_to_be_missing(make, other_broker, tmp_path):
    node = make(encrypted(other_broker, "east"), ca_file=str(tmp_path / "missing"))

    with pytest.raises(BusUnavailable, match="No such file"):
        node.publish(Message("tests.a", {}))
