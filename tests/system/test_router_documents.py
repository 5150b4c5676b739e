# SPDX-License-Identifier: Apache-2.0
"""Routers and floating IPs from the Neutron API to packets: a whole cloud, a real broker, two gateways.

How long a floating IP takes from the API's answer to the first connection that comes in by it is logged.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.plugins.bus_amqp.brokers import import_definitions, url
from tests.system.client import NETWORK, Client
from tests.system.deployment import Deployment
from tests.system.far import Far, joined, told
from tests.system.hosts import Host
from tests.system.labs import RabbitLab
from tests.system.labs.relay import Relay
from tests.system.labs.waiting import until
from tests.system.wired import World

pytestmark = pytest.mark.system

log = logging.getLogger(__name__)

NAMESPACE = "synnefo-gateways"
BRIDGES = ("br-red", "br-blue", "br-ext")
FAR = "203.0.113.254"
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
def gates(
    world: World, cloud: Deployment, broker: RabbitLab, tmp_path_factory
) -> Iterator[dict[str, Far]]:
    """Two gateways by name, whose bridges are joined."""
    nodes = [world.node(name, *BRIDGES) for name in ("gate1", "gate2")]
    for bridge in BRIDGES:
        world.join(*nodes, bridge)
    gates = {}
    with ExitStack() as stack:
        for node in nodes:
            name = node.machine.name
            stack.enter_context(Relay(node.machine, broker.port))
            gates[name] = joined(
                node,
                cloud,
                tmp_path_factory.mktemp(name),
                broker=url(broker, "east"),
                namespace=NAMESPACE,
                lines="gateway = true\n",
            )
            gates[name].start()
            stack.callback(gates[name].kill)
        until(lambda: len(cloud.listing("node", "list")) == 2, "hellos", within_s=WITHIN_S)
        yield gates


@pytest.fixture(scope="module")
def far(world: World, gates: dict[str, Far]) -> Host:
    """Somebody in the world, who knows no way to anything behind a router."""
    lines = f"address add {FAR}/24 dev eth0\n"
    host = Host(world, gates["gate1"].node, "far", "br-ext", mac="02:00:ff:00:00:fe", lines=lines)
    host.listen(FAR, 80)
    return host


class Tenant:
    """What the tests ask of the API."""

    def __init__(self, cloud: Deployment) -> None:
        self.client = Client(cloud, "synnefo-admin")

    def make(self, noun: str, **asked: Any) -> dict[str, Any]:
        made = self.client.call("POST", f"{NETWORK}/{noun}s", json={noun: asked}).json()
        return made[noun]

    def put(self, path: str, **body: Any) -> dict[str, Any]:
        return self.client.call("PUT", f"{NETWORK}/{path}", json=body).json()

    def delete(self, path: str) -> None:
        self.client.call("DELETE", f"{NETWORK}/{path}")

    def show(self, noun: str, key: str) -> dict[str, Any]:
        return self.client.get(f"{NETWORK}/{noun}s/{key}")[noun]

    def subnet(self, bridge: str, cidr: str, **more: Any) -> dict[str, Any]:
        """Make a network that is a bridge of the gateways, with a subnet; return the subnet."""
        external = {"router:external": more.pop("is_external", False)}
        carried = {
            "provider:network_type": "CUSTOM",
            "provider:physical_network": bridge,
            **external,
        }
        network = self.make("network", name=bridge, **carried)
        return self.make("subnet", network_id=network["id"], ip_version=4, cidr=cidr, **more)

    def gateway_of(self, router_id: str) -> str:
        """Return the name of the gateway that has a router; empty without one."""
        found = self.client.get(f"{NETWORK}/routers/{router_id}/l3-agents")["agents"]
        return "".join(each["host"] for each in found)


@pytest.fixture(scope="module")
def tenant(cloud: Deployment) -> Tenant:
    return Tenant(cloud)


@pytest.fixture(scope="module")
def outside(tenant: Tenant) -> str:
    """The id of the network outside, whose pool has none of the addresses that are named here."""
    pool = {"start": "203.0.113.100", "end": "203.0.113.200"}
    more = {"allocation_pools": [pool], "gateway_ip": FAR}
    return tenant.subnet("br-ext", "203.0.113.0/24", is_external=True, **more)["network_id"]


@pytest.fixture(scope="module")
def red(tenant: Tenant) -> dict[str, Any]:
    return tenant.subnet("br-red", "10.0.0.0/24")


@pytest.fixture(scope="module")
def one(world: World, gates: dict[str, Far], tenant: Tenant, red: dict[str, Any]) -> Host:
    return guest(world, gates, tenant, red, name="one", bridge="br-red")


def guest(world, gates, tenant: Tenant, subnet: dict[str, Any], *, name: str, bridge: str) -> Host:
    """A machine with a port of the API's, which listens; its router is the subnet's."""
    port = tenant.make("port", network_id=subnet["network_id"], name=name)
    (fixed,) = port["fixed_ips"]
    lines = f"address add {fixed['ip_address']}/24 dev eth0\n"
    lines += f"route add default via {subnet['gateway_ip']}\n"
    host = Host(world, gates["gate1"].node, name, bridge, mac=port["mac_address"], lines=lines)
    host.listen(fixed["ip_address"], 80)
    host.port = port
    return host


@pytest.fixture(scope="module")
def router(gates, tenant: Tenant, outside: str, red: dict[str, Any]) -> dict[str, Any]:
    made = tenant.make("router", name="r", external_gateway_info={"network_id": outside})
    tenant.put(f"routers/{made['id']}/add_router_interface", subnet_id=red["id"])
    return made


@pytest.fixture
def floating(tenant: Tenant, outside: str) -> Iterator[dict[str, Any]]:
    """A floating IP that stands for nothing yet."""
    made = tenant.make("floatingip", floating_network_id=outside)
    yield made
    tenant.delete(f"floatingips/{made['id']}")


def point(tenant: Tenant, floating: dict[str, Any], port_id: str | None) -> None:
    tenant.put(f"floatingips/{floating['id']}", floatingip={"port_id": port_id})


def comes(host: Host, address: str) -> bool:
    return host.reaches(address, 80, must=False)


def has_space(far: Far, router: dict[str, Any]) -> bool:
    """Whether a gateway has the name space of a router."""
    return f"synnefo-{router['id']}" in far.node.machine.run("ls", "/run/netns").split()


def test_guests_go_out_by_the_address_of_their_router(one, far, router, tenant, gates):
    until(lambda: comes(one, FAR), "the way out", within_s=WITHIN_S)

    (outer,) = router["external_gateway_info"]["external_fixed_ips"]
    assert outer["ip_address"] == one.peer("c")
    assert not comes(far, one.port["fixed_ips"][0]["ip_address"])
    assert "ACTIVE" == tenant.show("router", router["id"])["status"]
    assert [tenant.gateway_of(router["id"])] == [
        name for name, gate in gates.items() if has_space(gate, router)
    ]


def test_a_floating_ip_leads_both_ways_until_it_is_taken_away(
    one, far, router, tenant, floating, record_property
):
    address = floating["floating_ip_address"]
    until(lambda: comes(one, FAR), "the way out", within_s=WITHIN_S)
    assert not comes(far, address)

    point(tenant, floating, one.port["id"])
    began = time.monotonic()
    until(lambda: comes(far, address), "the way in", within_s=WITHIN_S)

    took_s = time.monotonic() - began
    record_property("floating_ip_to_packet_s", round(took_s, 2))
    log.info("from the API's answer to the first connection: %.2f s", took_s)
    assert comes(one, FAR)
    assert address == one.peer("c")
    assert "ACTIVE" == tenant.show("floatingip", floating["id"])["status"]
    point(tenant, floating, None)
    until(lambda: not comes(far, address), "the end of the way in", within_s=WITHIN_S)
    assert "DOWN" == tenant.show("floatingip", floating["id"])["status"]


def test_a_second_subnet_is_reached_while_the_router_has_it(world, gates, one, router, tenant):
    blue = tenant.subnet("br-blue", "10.0.1.0/24")
    two = guest(world, gates, tenant, blue, name="two", bridge="br-blue")
    address = two.port["fixed_ips"][0]["ip_address"]

    tenant.put(f"routers/{router['id']}/add_router_interface", subnet_id=blue["id"])

    until(lambda: comes(one, address), "the way to the neighbour", within_s=WITHIN_S)
    assert one.port["fixed_ips"][0]["ip_address"] == one.peer("c")
    tenant.put(f"routers/{router['id']}/remove_router_interface", subnet_id=blue["id"])
    until(lambda: not comes(one, address), "the end of that way", within_s=WITHIN_S)


def test_a_gateway_that_was_away_catches_up(
    one, far, router, tenant, floating, gates, broker, cloud
):
    until(lambda: comes(one, FAR), "the way out", within_s=WITHIN_S)
    name = tenant.gateway_of(router["id"])
    gates[name].kill()

    point(tenant, floating, one.port["id"])

    # Not even what would have waited for it is there any more.
    broker.ctl("delete_queue", f"{NAMESPACE}.node.{name}", "--vhost", "east")
    assert comes(one, FAR)
    assert not comes(far, floating["floating_ip_address"])
    gates[name].start()
    until(lambda: comes(far, floating["floating_ip_address"]), "the way in", within_s=WITHIN_S)
    until(lambda: not behind(cloud), "nothing to be behind", within_s=WITHIN_S)


def behind(cloud: Deployment) -> list[str]:
    return [row["Node"] for row in cloud.listing("node", "list") if row["Behind"]]


def test_the_routers_of_a_drained_gateway_go_to_the_other_one(
    one, far, router, tenant, floating, gates, cloud
):
    point(tenant, floating, one.port["id"])
    address = floating["floating_ip_address"]
    until(lambda: comes(far, address), "the way in", within_s=WITHIN_S)
    before = tenant.gateway_of(router["id"])
    (after,) = gates.keys() - {before}

    cloud.synnefo("node", "drain", "east", before)

    until(lambda: not has_space(gates[before], router), "the old one's end", within_s=WITHIN_S)
    until(lambda: comes(far, address), "the way in by the other one", within_s=WITHIN_S)
    assert has_space(gates[after], router)
    assert after == tenant.gateway_of(router["id"])
    until(lambda: comes(one, FAR), "the way out by the other one", within_s=WITHIN_S)
    assert address == one.peer("c")
    cloud.synnefo("node", "undrain", "east", before)


def test_a_deleted_router_leaves_nothing(one, red, router, tenant, gates):
    until(lambda: comes(one, FAR), "the way out", within_s=WITHIN_S)
    tenant.put(f"routers/{router['id']}/remove_router_interface", subnet_id=red["id"])

    tenant.delete(f"routers/{router['id']}")

    for gate in gates.values():
        until(lambda g=gate: not has_space(g, router), "its end", within_s=WITHIN_S)
        until(lambda g=gate: g.router(router["id"]).is_gone, "the document", within_s=WITHIN_S)
    assert not comes(one, FAR)
