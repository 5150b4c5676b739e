# SPDX-License-Identifier: Apache-2.0
"""An operator works in the cluster itself; the API and the quota follow, and nobody asked them to.

The cloud is ``synnefo run`` on its embedded defaults, and the same on a real Ganeti.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from synnefo_backend_sim import SimBackend, operator
from synnefo_core.contracts.driver import DriverSetup
from tests.system.client import COMPUTE, NETWORK, Client
from tests.system.deployment import Deployment, deployed
from tests.system.labs import GanetiLab
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

SOON_S = 10
"""Within so many seconds the API tells the truth."""

OFTEN = {"compute": {"reconcile_every_s": 0.5}}


def used(cloud: Deployment, client: Client) -> tuple[int, int]:
    """Return how many processors and bytes of memory a project is charged for."""
    names = ("cyclades.cpu", "cyclades.ram")
    rows = cloud.listing("quota", "list", client.project_id)
    of_project = {
        row["Resource"]: row["Usage"]
        for row in rows
        if row["Holder"] == f"project:{client.project_id}"
    }
    return tuple(int(of_project[name]) for name in names)


def await_status(cloud: Deployment, client: Client, server: str, status: str) -> None:
    until(
        lambda: client.server(server)["status"] == status,
        f"the server to be {status}",
        within_s=SOON_S,
        watch=cloud.daemons[-1].watch,
    )


def cards(lab: GanetiLab, name: str) -> list[str]:
    """Return the MACs of an instance's cards, as its cluster says."""
    told = lab.run("gnt-instance", "list", "--no-headers", "-o", "nic.macs", name)
    return told.stdout.strip().split(",")


def change_cards(client: Client, server: str, found: Callable[[], list[str]]) -> None:
    """Plug a card in and take it away, twice; what the API says is what the cluster has."""
    path = f"{COMPUTE}/servers/{server}/os-interface"
    for remove in (path, f"{NETWORK}/ports"):
        asked = client.call("POST", path, json={"interfaceAttachment": {}}).json()
        port = asked["interfaceAttachment"]["port_id"]
        assert "ACTIVE" == client.settle(server)
        told = client.get(path)["interfaceAttachments"]
        assert ["ACTIVE", "ACTIVE"] == [each["port_state"] for each in told]
        assert [each["mac_addr"] for each in told] == found()

        client.call("DELETE", f"{remove}/{port}")
        until(lambda: 1 == len(found()), "the card to go", within_s=SOON_S)
        assert "ACTIVE" == client.settle(server)
        assert 1 == len(client.get(path)["interfaceAttachments"])


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Deployment]:
    """A cloud that works, with its embedded cluster."""
    with deployed(tmp_path / "cloud", OFTEN) as deployment:
        deployment.run()
        yield deployment


@pytest.fixture
def cluster(cloud: Deployment) -> Iterator[SimBackend]:
    """The embedded cluster, as its own administrator sees it."""
    state = cloud.data / "drivers/compute_backend/sim"
    backend = SimBackend(DriverSetup("sim", {}, state))
    yield backend
    backend.close()


def test_what_an_operator_does_is_shown_and_paid_within_seconds(cloud, cluster):
    client = Client(cloud)
    server = client.create_server()
    assert "ACTIVE" == client.settle(server)
    assert (1, 512 * 2**20) == used(cloud, client)

    operator.stop(cluster.cluster, f"snf-{server}")
    await_status(cloud, client, server, "SHUTOFF")
    assert (0, 0) == used(cloud, client)

    operator.modify(
        cluster.cluster, f"snf-{server}", lambda found: replace(found, vcpus=2, ram_mib=1024)
    )
    operator.start(cluster.cluster, f"snf-{server}")
    await_status(cloud, client, server, "ACTIVE")
    until(lambda: (2, 2**30) == used(cloud, client), "the quota to follow", within_s=SOON_S)

    assert [] == cloud.listing("quota", "verify")
    assert [] == cloud.listing("reconcile", "servers")


def test_what_an_operator_does_in_ganeti_is_shown_and_paid(tmp_path, ganeti_lab):
    settings = {**OFTEN, "backends": {"embedded": "false"}}
    with deployed(tmp_path / "cloud", settings) as cloud:
        cloud.run()
        cloud.add_ganeti("c1", ganeti_lab)
        client = Client(cloud)
        server = client.create_server()
        assert "ACTIVE" == client.settle(server)
        name = f"snf-{server}"
        assert [] == cloud.listing("reconcile", "servers")

        change_cards(client, server, lambda: cards(ganeti_lab, name))
        ganeti_lab.run("gnt-instance", "shutdown", name)
        await_status(cloud, client, server, "SHUTOFF")
        assert (0, 0) == used(cloud, client)

        ganeti_lab.run("gnt-instance", "modify", "-B", "vcpus=2,minmem=1024,maxmem=1024", name)
        ganeti_lab.run("gnt-instance", "start", name)
        await_status(cloud, client, server, "ACTIVE")
        until(lambda: (2, 2**30) == used(cloud, client), "the quota to follow", within_s=SOON_S)

        assert [] == cloud.listing("quota", "verify")
        assert [] == cloud.listing("reconcile", "servers")
        client.delete_server(server)
        assert "DELETED" == client.settle(server)
