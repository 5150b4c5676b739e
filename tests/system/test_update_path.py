# SPDX-License-Identifier: Apache-2.0
"""What happens in a real Ganeti comes to the API through a real broker, also when that was away.

The cloud looks at its clusters by itself once an hour only: whatever it knows, it was told.
"""

from __future__ import annotations

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
