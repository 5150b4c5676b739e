# SPDX-License-Identifier: Apache-2.0
"""A real broker with a virtual host and a user for each cluster, and buses on it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synnefo_bus_amqp import AmqpBus
from synnefo_core.contracts.driver import DriverSetup
from tests.plugins.bus_amqp.brokers import (
    BROKER_PORT,
    Broker,
    GivenBroker,
    import_definitions,
    is_up,
    receive,
    url,
)
from tests.system.labs.fixtures import rabbit_lab  # noqa: F401  # a fixture
from tests.system.labs.rabbitmq import RabbitLab


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Broker:
    """The broker of all these tests, or of those that started them; leave it as it was."""
    if given := os.environ.get(BROKER_PORT):
        return GivenBroker(int(given))
    lab: RabbitLab = request.getfixturevalue("rabbit_lab")
    return import_definitions(lab)


@pytest.fixture(scope="session")
def other_broker() -> Iterator[RabbitLab]:
    """A broker to be broken and mended; it speaks TLS, too."""
    with RabbitLab(is_encrypted=True) as lab:
        yield import_definitions(lab)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., AmqpBus]]:
    """Return a function that makes a bus, in a namespace of the test's own."""
    namespace = f"synnefo-{uuid.uuid4().hex}"
    made: list[AmqpBus] = []

    def make(*urls: str, **settings) -> AmqpBus:
        told = {"urls": list(urls), "namespace": namespace, "reconnect_max_s": 0.5, **settings}
        bus = AmqpBus(DriverSetup("amqp", told, tmp_path))
        made.append(bus)
        return bus

    yield make
    for bus in made:
        bus.close()


@pytest.fixture
def cloud(make, broker) -> AmqpBus:
    """The cloud's side of the cluster east; its queues are there."""
    bus = make(url(broker, "cloud"))
    receive(bus, lambda: is_up(bus))
    return bus
