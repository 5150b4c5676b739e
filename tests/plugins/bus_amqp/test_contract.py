# SPDX-License-Identifier: Apache-2.0
"""The conformance suite of the core, on a real broker."""

import pytest

from synnefo_core.testing.bus import BusContract
from tests.plugins.bus_amqp.brokers import is_up, receive, url

pytestmark = pytest.mark.system


class TestAmqpBus(BusContract):
    """A node of the cluster east publishes, the cloud receives."""

    @pytest.fixture
    def bus(self, make, broker, cloud):
        return make(url(broker, "east"))

    @pytest.fixture
    def other(self, cloud):
        return cloud


class TestOneAmqpBusForBoth(BusContract):
    """The cloud publishes to itself."""

    @pytest.fixture
    def bus(self, cloud):
        return cloud


class TestQuorumQueues(TestAmqpBus):
    """Queues as clusters of brokers have them."""

    @pytest.fixture
    def cloud(self, make, broker):
        bus = make(url(broker, "cloud"), queue_type="quorum")
        receive(bus, lambda: is_up(bus))
        return bus
