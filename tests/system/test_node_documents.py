# SPDX-License-Identifier: Apache-2.0
"""A rule from the Neutron API to packets: a whole cloud, a real broker, a node and its guests.

How long a rule takes from the API's answer to the first packet that it lets pass is logged.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.plugins.bus_amqp.brokers import import_definitions, url
from tests.system.client import COMPUTE, NETWORK, Client
from tests.system.deployment import Deployment
from tests.system.far import Far, joined, told
from tests.system.labs import RabbitLab
from tests.system.labs.relay import Relay
from tests.system.labs.waiting import until
from tests.system.wired import Guest, World

pytestmark = pytest.mark.system

log = logging.getLogger(__name__)

NAMESPACE = "synnefo-nodes"
WITHIN_S = 60


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitLab]:
    with RabbitLab() as lab:
        yield import_definitions(lab)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, broker: RabbitLab) -> Iterator[Deployment]:
    with told(tmp_path_factory.mktemp("cloud"), broker, namespace=NAMESPACE) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def far(world: World, cloud: Deployment, broker: RabbitLab, tmp_path_factory) -> Iterator[Far]:
    node, directory = world.node("far", "br0"), tmp_path_factory.mktemp("far")
    far = joined(
        node,
        cloud,
        directory,
        broker=url(broker, "east"),
        namespace=NAMESPACE,
        lines=f"figures_s = 1\nganeti_run_directory = {directory}\n",
    )
    with Relay(node.machine, broker.port):
        far.start()
        until(lambda: heard(cloud), "the node's hello", within_s=WITHIN_S)
        yield far
        far.kill()


def heard(cloud: Deployment) -> list[dict[str, Any]]:
    return cloud.listing("node", "list")


@pytest.fixture(scope="module")
def client(cloud: Deployment) -> Client:
    client = Client(cloud)
    made = client.call("POST", f"{NETWORK}/networks", json={"network": {"name": "inside"}}).json()
    subnet = {"network_id": made["network"]["id"], "ip_version": 4, "cidr": "10.77.0.0/24"}
    client.call("POST", f"{NETWORK}/subnets", json={"subnet": subnet})
    return client


@pytest.fixture(scope="module")
def guests(world: World, far: Far, client: Client) -> list[Guest]:
    """Two servers as guests of the node, connected as Ganeti has it done; the second one listens."""
    guests = [guest(world, far, client, f"d{number}") for number in (1, 2)]
    for port in (80, 81, 82):
        guests[1].machine.ask("listen", address=guests[1].ip(), port=port)
    return guests


def new_server(client: Client) -> str:
    """Make a server on the test's network; return its id once it is there."""
    (network,) = client.get(f"{NETWORK}/networks?name=inside")["networks"]
    body = {"name": "web", "flavorRef": "1", "networks": [{"uuid": network["id"]}]}
    made = client.call("POST", f"{COMPUTE}/servers", json={"server": body}).json()
    server = str(made["server"]["id"])
    assert "ACTIVE" == client.settle(server)
    return server


def guest(world: World, far: Far, client: Client, name: str) -> Guest:
    server = new_server(client)
    (port,) = client.get(f"{NETWORK}/ports?device_id={server}")["ports"]
    until(lambda: far.document(port["id"]), "the document", within_s=WITHIN_S)
    document = far.document(port["id"])
    assert port["mac_address"] == document.mac
    assert [each["ip_address"] for each in port["fixed_ips"]] == [
        each.ip for each in document.addresses
    ]
    made = Guest(world.machine(name), far.node, document, "br0")
    world.cable((far.node.machine, made.tap), (made.machine, "eth0"), mac=document.mac)
    far.node.machine.ip(f"link set {made.tap} down")
    world.address(made)
    far.node.plug(made.tap, document, "br0")
    return made


def allow(client: Client, port: int) -> str:
    """Let everybody reach a port of the servers; return the rule's id."""
    (group,) = client.get(f"{NETWORK}/security-groups?name=default&project_id={client.project_id}")[
        "security_groups"
    ]
    rule = {
        "security_group_id": group["id"],
        "direction": "ingress",
        "protocol": "tcp",
        "port_range_min": port,
        "port_range_max": port,
    }
    path = f"{NETWORK}/security-group-rules"
    made = client.call("POST", path, json={"security_group_rule": rule}).json()
    return made["security_group_rule"]["id"]


@pytest.fixture(scope="module", autouse=True)
def closed(client: Client) -> None:
    """The servers' group lets its members pass to each other: not here."""
    (group,) = client.get(f"{NETWORK}/security-groups?name=default&project_id={client.project_id}")[
        "security_groups"
    ]
    for rule in group["security_group_rules"]:
        if rule["direction"] == "ingress":
            client.call("DELETE", f"{NETWORK}/security-group-rules/{rule['id']}")


def passes(guests: list[Guest], port: int) -> bool:
    return guests[0].connects(guests[1], port, within_s=1.0)


def test_a_rule_of_the_api_lets_packets_pass_and_its_end_stops_them(
    guests, client, record_property
):
    assert not passes(guests, 80)

    rule = allow(client, 80)
    began = time.monotonic()
    until(lambda: passes(guests, 80), "packets to pass", within_s=WITHIN_S)

    took_s = time.monotonic() - began
    record_property("rule_to_packet_s", round(took_s, 2))
    log.info("from the API's answer to the first packet: %.2f s", took_s)
    client.call("DELETE", f"{NETWORK}/security-group-rules/{rule}")
    until(lambda: not passes(guests, 80), "packets to be stopped", within_s=WITHIN_S)


@pytest.fixture
def process(guests, far, client) -> Iterator[str]:
    """A process that Ganeti would have noted as the first guest's; its server."""
    server = client.get(f"{NETWORK}/ports/{guests[0].document.port}")["port"]["device_id"]
    notes = far.config.parent / "kvm-hypervisor"
    card, pid = notes / f"nic/snf-{server}/0", notes / f"pid/snf-{server}"
    for file in (card, pid):
        file.parent.mkdir(parents=True)
    card.write_text(guests[0].tap)
    # The node numbers its processes by itself.
    script = f"echo $$ > {pid}; sleep 600; : snf-{server}"
    words = far.node.machine.words("sh", "-c", script)
    with subprocess.Popen(words, start_new_session=True) as running:
        yield server
        os.killpg(running.pid, signal.SIGKILL)


def test_what_a_server_uses_reaches_the_cloud(process, guests, cloud, client):
    admin = Client(cloud, "synnefo-admin")
    path = f"{COMPUTE}/servers/{process}/diagnostics"
    headers = {"OpenStack-API-Version": "compute 2.48"}

    def is_told() -> bool:
        found = admin.call("GET", path, headers=headers).json()
        used, (card,) = found["memory_details"]["used"], found["nic_details"]
        # The simulated cluster tells of it, too, once a minute; but there it has more memory.
        return used is not None and used < 100 and card["tx_packets"] is not None

    until(is_told, "what the node sees", within_s=WITHIN_S)

    assert client.get(f"{COMPUTE}/servers/{process}/snf-stats")["stats"]["step"] == 60


def test_a_daemon_that_was_away_catches_up(guests, client, far, cloud, broker):
    far.kill()
    allow(client, 81)
    # Not even what would have waited for it is there any more.
    broker.ctl("delete_queue", f"{NAMESPACE}.node.far", "--vhost", "east")
    assert not passes(guests, 81)

    far.start()

    until(lambda: passes(guests, 81), "packets to pass", within_s=WITHIN_S)
    until(lambda: heard(cloud)[0]["Behind"] == 0, "nothing to be behind", within_s=WITHIN_S)
    assert ("east", "far", "up", 2) == tuple(
        heard(cloud)[0][name] for name in ("Cluster", "Node", "State", "Documents")
    )
    (agent,) = Client(cloud, "synnefo-admin").get(f"{NETWORK}/agents")["agents"]
    assert ("far", True, True) == (agent["host"], agent["alive"], agent["resources_synced"])


def test_a_broker_that_was_away_is_made_up_for(guests, client, far, broker):
    broker.kill()
    allow(client, 82)
    assert not passes(guests, 82)

    broker.restart()

    until(lambda: passes(guests, 82), "packets to pass", within_s=WITHIN_S)


def test_a_server_that_is_deleted_is_forgotten(guests, client, far):
    server = new_server(client)
    (port,) = client.get(f"{NETWORK}/ports?device_id={server}")["ports"]
    until(lambda: far.document(port["id"]), "the document", within_s=WITHIN_S)

    client.delete_server(server)

    until(lambda: far.document(port["id"]).is_gone, "it to be forgotten", within_s=WITHIN_S)
