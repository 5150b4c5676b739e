# SPDX-License-Identifier: Apache-2.0
"""What happens in a real Ganeti comes to the API through a real broker, also when that was away.

The cloud looks at its clusters by itself once an hour only: whatever it knows, it was told.
``SCALE=full`` has the broker be away for 60 s.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.bus_amqp.brokers import import_definitions, url
from tests.plugins.node_ganeti.daemon import Daemon
from tests.system.client import Client
from tests.system.deployment import Deployment, deployed
from tests.system.labs import GanetiLab, RabbitLab
from tests.system.labs.waiting import until
from tests.system.test_reconciliation import SOON_S, await_status, used

pytestmark = pytest.mark.system

NAMESPACE = "synnefo-told"
AWAY_S = 60 if os.environ.get("SCALE", "ci") == "full" else 3


@pytest.fixture
def broker() -> Iterator[RabbitLab]:
    with RabbitLab() as lab:
        yield import_definitions(lab)


@pytest.fixture
def cloud(tmp_path: Path, broker: RabbitLab, ganeti_lab: GanetiLab) -> Iterator[Deployment]:
    """A cloud with a real cluster called east, as the broker calls it, too."""
    bus = {"driver": "amqp", "urls": url(broker, "cloud"), "namespace": NAMESPACE}
    settings = {
        "compute": {"reconcile_every_s": 3600},
        "backends": {"embedded": "false"},
        "bus": {"driver": "amqp"},
        "bus_amqp": {**bus, "reconnect_max_s": 1},
    }
    with deployed(tmp_path / "cloud", settings) as cloud:
        cloud.run().wait_until_it_says("receiving from the broker")
        cloud.add_ganeti("east", ganeti_lab)
        yield cloud


@pytest.fixture
def eventd(tmp_path: Path, broker: RabbitLab, ganeti_lab: GanetiLab) -> Iterator[Daemon]:
    """The daemon, as it runs on the cluster's master."""
    daemon = Daemon(
        tmp_path,
        node=ganeti_lab.node_name,
        ganeti=ganeti_lab._sandbox.inside("/var/lib/ganeti"),
        url=url(broker, "east"),
        namespace=NAMESPACE,
    )
    daemon.start()
    yield daemon
    daemon.stop()


def test_what_happens_in_a_cluster_is_told_at_once(cloud, eventd, ganeti_lab, broker):
    client = Client(cloud)
    server = client.create_server()
    assert "ACTIVE" == client.settle(server)
    name = f"snf-{server}"

    ganeti_lab.run("gnt-instance", "shutdown", name)
    await_status(cloud, client, server, "SHUTOFF")
    assert (0, 0) == used(cloud, client)

    broker.kill()
    until(lambda: "broker is away" in eventd.log.read_text(), "it to notice", within_s=20)
    ganeti_lab.run("gnt-instance", "start", name)
    eventd.kill()
    eventd.start()
    broker.restart()
    await_status(cloud, client, server, "ACTIVE")
    until(lambda: (1, 512 * 2**20) == used(cloud, client), "the quota to follow", within_s=SOON_S)

    assert [] == cloud.listing("queue", "list")
    client.delete_server(server)
    assert "DELETED" == client.settle(server)


def test_nothing_is_lost_while_the_broker_is_away(cloud, eventd, ganeti_lab, broker):
    client = Client(cloud)
    stopped, restarted = (client.create_server() for _ in range(2))
    assert ["ACTIVE"] * 2 == [client.settle(server) for server in (stopped, restarted)]

    broker.kill()
    ends = time.monotonic() + AWAY_S
    ganeti_lab.run("gnt-instance", "shutdown", f"snf-{stopped}")
    ganeti_lab.run("gnt-instance", "shutdown", f"snf-{restarted}")
    ganeti_lab.run("gnt-instance", "start", f"snf-{restarted}")
    meanwhile = client.create_server()
    assert "ACTIVE" == client.settle(meanwhile)
    client.delete_server(meanwhile)
    assert "DELETED" == client.settle(meanwhile)
    until(lambda: time.monotonic() >= ends, "the outage to last", within_s=AWAY_S + 1)
    broker.restart()

    await_status(cloud, client, stopped, "SHUTOFF")
    await_status(cloud, client, restarted, "ACTIVE")
    until(lambda: (1, 512 * 2**20) == used(cloud, client), "the quota to follow", within_s=SOON_S)
    assert [] == cloud.listing("queue", "list")
    for server in (stopped, restarted):
        client.delete_server(server)
        assert "DELETED" == client.settle(server)
