# SPDX-License-Identifier: Apache-2.0
"""A file, an image, a disk and a snapshot are the same: servers of a real Ganeti with QEMU, through the APIs.

Nothing is copied when a server begins; its disk becomes an image and a file while it runs; and what others
were made of may go. The first server has a card, which Ganeti has our script connect. ``SCALE=full`` makes
twenty servers of the snapshot.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from synnefo_blocks import volumes
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import Kind, NoSuchThing
from synnefo_storage_nfs.driver import NfsStorage
from tests.plugins.bus_amqp.brokers import import_definitions
from tests.system import volume_node
from tests.system.client import COMPUTE, NETWORK, Client
from tests.system.deployment import Deployment, deployed
from tests.system.far import by_broker
from tests.system.guarded import Guarded, guarded, overheard
from tests.system.labs import GanetiLab, LabFailed, RabbitLab
from tests.system.labs.fixtures import or_skip
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

log = logging.getLogger(__name__)

MIB = 1024 * 1024
IMAGE = b"what the image says"
IMAGE_AT, SPACE_AT = 3, 10
"""MiB at which the image says it, and where it has nothing."""
CLONES = 20 if os.environ.get("SCALE") == "full" else 2
GUEST_S = 300
VOLUME, IMAGES = "/volume/v3", "/image/v2/images"
NAMESPACE = "synnefo-servers"
WITHIN_S = 60


@dataclass
class Site:
    """A cloud, its cluster and its store."""

    cloud: Deployment
    lab: GanetiLab
    storage: NfsStorage

    def __post_init__(self) -> None:
        self.client = Client(self.cloud, microversion="2.79")

    # -- Servers ------------------------------------------------------------------------

    def ask_server(self, name: str, image_id: str, network_id: str = "") -> str:
        """Ask for a server, with a card if a network is named; return its id."""
        networks = [{"uuid": network_id}] if network_id else "none"
        asked = {"name": name, "flavorRef": "thin", "imageRef": image_id, "networks": networks}
        made = self.client.call("POST", f"{COMPUTE}/servers", json={"server": asked}).json()
        return str(made["server"]["id"])

    def made_server(self, name: str, image_id: str, network_id: str = "") -> str:
        """Make a server, with a card if a network is named; return its id."""
        server_id = self.ask_server(name, image_id, network_id)
        assert "ACTIVE" == self.client.settle(server_id, within_s=GUEST_S)
        return server_id

    def delete_server(self, server_id: str) -> None:
        self.client.delete_server(server_id)
        assert "DELETED" == self.client.settle(server_id, within_s=GUEST_S)

    # -- What guests see ------------------------------------------------------------------

    def ask(self, server_id: str, command: str) -> str:
        return self.lab.ask_guest(f"snf-{server_id}", command, within_s=GUEST_S).strip()

    def put(self, server_id: str, text: str, mib: int = SPACE_AT, device: str = "vda") -> None:
        """Have a guest write and flush."""
        where = f"of=/dev/{device} bs=1M seek={mib} conv=fsync,notrunc"
        said = self.ask(server_id, f"echo {text} | dd {where} 2>/dev/null && echo written")
        assert "written" == said

    def get(self, server_id: str, mib: int = SPACE_AT, device: str = "vda") -> str:
        """Return what a guest reads, from the disk itself."""
        read = f"dd if=/dev/{device} bs=1M skip={mib} count=1 2>/dev/null"
        clean = "echo 3 > /proc/sys/vm/drop_caches"
        return self.ask(server_id, f"{clean}; {read} | head -c 100 | tr -d '\\0'")

    # -- What the store has ---------------------------------------------------------------

    def own_bytes(self, server_id: str) -> int:
        """Return how much of a server's disk is its alone."""
        return volumes.usage(self.storage, server_id)

    def blocks(self) -> int:
        """Return how many blocks there are."""
        return sum(1 for _ in self.storage.blocks.entries(Kind.BLOCK))

    # -- Images and volumes ---------------------------------------------------------------

    def image_of(self, server_id: str, name: str) -> str:
        """Make an image of a running server's disk; return its id."""
        body = {"createImage": {"name": name}}
        path = f"{COMPUTE}/servers/{server_id}/action"
        image_id = str(self.client.call("POST", path, json=body).json()["image_id"])
        until(lambda: self.image(image_id)["status"] == "active", name, within_s=GUEST_S)
        assert "ACTIVE" == self.client.settle(server_id)
        return image_id

    def image(self, image_id: str) -> Any:
        return self.client.get(f"{IMAGES}/{image_id}")

    def volume(self, volume_id: str) -> Any:
        return self.client.get(f"{VOLUME}/{self.client.project_id}/volumes/{volume_id}")["volume"]

    def made_volume(self) -> str:
        """Make an empty volume; return its id."""
        path = f"{VOLUME}/{self.client.project_id}/volumes"
        made = self.client.call("POST", path, json={"volume": {"size": 1}}).json()["volume"]
        self.await_volume(made["id"], "available")
        return str(made["id"])

    def await_volume(self, volume_id: str, status: str) -> None:
        until(lambda: self.volume(volume_id)["status"] == status, status, within_s=GUEST_S)


@pytest.fixture(scope="module")
def lab(ganeti_labs) -> GanetiLab:
    """A cluster with QEMU."""
    (lab,) = ganeti_labs(1, hypervisor="kvm")
    return lab


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitLab]:
    with RabbitLab() as lab:
        yield import_definitions(lab)


@pytest.fixture(scope="module")
def site(tmp_path_factory, lab, broker) -> Iterator[Site]:
    """A whole cloud on that cluster, with a flavor whose disks are in the store."""
    place = str(volume_node.store_of(lab))
    settings = {
        "backends": {"embedded": "false"},
        **volume_node.settings(lab),
        **by_broker(broker, namespace=NAMESPACE),
    }
    with deployed(tmp_path_factory.mktemp("volumes"), settings) as cloud:
        cloud.run().wait_until_it_says("receiving from the broker")
        with or_skip():
            os_type = volume_node.prepare(lab, key=cloud.synnefo("volume", "key").strip())
        cloud.add_ganeti("east", lab, os_type=os_type, has_seed_disk="true")
        size = ["--ram", "192", "--vcpus", "1", "--disk", "1", "--id", "thin"]
        kind = ["--property", "SNF:disk_template=ext", "thin"]
        cloud.openstack("flavor", "create", *size, *kind, cloud="synnefo-admin")
        storage = NfsStorage(DriverSetup(volume_node.STORE, {"path": place}, lab.directory))
        yield Site(cloud, lab, storage)
        storage.close()


@pytest.fixture(scope="module")
def original(site, tmp_path_factory) -> str:
    """An image that is a file which was uploaded by the Swift client; its id."""
    disk: Path = tmp_path_factory.mktemp("image") / "disk.raw"
    disk.write_bytes(IMAGE.ljust(MIB, b"\0").rjust((IMAGE_AT + 1) * MIB, b"\0"))
    site.cloud.swift("upload", "--object-name", "disk.raw", "mine", str(disk))
    words = ["--disk-format", "raw", "--container-format", "bare"]
    words += ["--property", "synnefo_object=mine/disk.raw"]
    return str(site.cloud.openstack_json("image", "create", *words, "original")["id"])


@pytest.fixture(scope="module")
def node(site, broker) -> Iterator[Guarded]:
    """The cluster's node, which keeps guests to what the cloud says."""
    with guarded(site.lab, site.cloud, broker=broker, namespace=NAMESPACE) as node:
        yield node


def made_network(site: Site, kind: str, link: str | None, **subnet: Any) -> str:
    """Make a network of a type, for all projects, with a subnet; return its id."""
    admin = Client(site.cloud, "synnefo-admin")
    asked = {"name": kind, "shared": True, "provider:network_type": kind}
    asked |= {"provider:physical_network": link} if link else {}
    made = admin.call("POST", f"{NETWORK}/networks", json={"network": asked}).json()["network"]
    asked = {"network_id": made["id"], **subnet}
    admin.call("POST", f"{NETWORK}/subnets", json={"subnet": asked})
    return str(made["id"])


@pytest.fixture(scope="module")
def network(site) -> str:
    """A network on the bridge of the nodes, where this machine is a neighbour; its id."""
    prefix = site.lab.host.rpartition(".")[0]
    pool = {"start": f"{prefix}.150", "end": f"{prefix}.199"}
    subnet = {"ip_version": 4, "cidr": f"{prefix}.0/24", "gateway_ip": site.lab.host}
    return made_network(site, "CUSTOM", "gbr0", **subnet, allocation_pools=[pool])


@pytest.fixture(scope="module")
def first(site, original, node, network) -> str:
    """A server of that image with a card, whose guest answered; its id."""
    blocks, begun = site.blocks(), time.monotonic()
    server_id = site.made_server("first", original, network)
    active_s = time.monotonic() - begun
    said = site.get(server_id, IMAGE_AT)
    log.info("%.1f s to ACTIVE, %.1f to a prompt", active_s, time.monotonic() - begun)
    assert IMAGE.decode() == said
    assert 0 < blocks
    assert (0, blocks) == (site.own_bytes(server_id), site.blocks())
    return server_id


@pytest.fixture(scope="module")
def address(site, first) -> str:
    """The address that the first server's guest was given by DHCP."""
    lease = "/lease.sh"
    script = r'#!/bin/sh\n[ "$1" = bound ] && ip address add $ip/$mask dev eth0 && echo got $ip'
    site.ask(first, f"printf '{script}' > {lease} && chmod +x {lease}")
    said = site.ask(first, f"udhcpc -n -q -i eth0 -s {lease} 2>/dev/null")
    return said.removeprefix("got ")


def test_the_guest_gets_the_address_that_the_api_says(site, first, address):
    (port,) = site.client.get(f"{NETWORK}/ports?device_id={first}")["ports"]
    assert [address] == [fixed["ip_address"] for fixed in port["fixed_ips"]]
    assert port["mac_address"] == site.ask(first, "cat /sys/class/net/eth0/address")

    site.ask(first, "ip route add 169.254.169.254 dev eth0")
    told = site.ask(first, "wget -qO- http://169.254.169.254/openstack/latest/meta_data.json")

    assert first == json.loads(told)["uuid"]


def reaches(address: str, port: int, *, within_s: float) -> bool:
    """Whether this machine, a neighbour of the guest, can open a connection to it."""
    try:
        socket.create_connection((address, port), timeout=within_s).close()
    except OSError:
        return False
    return True


def test_a_rule_lets_packets_reach_the_guest_and_its_end_stops_them(site, first, address):
    site.ask(first, "httpd -p 80 -h /proc")
    (group,) = site.client.get(f"{COMPUTE}/servers/{first}/os-security-groups")["security_groups"]
    assert not reaches(address, 80, within_s=1)

    rule = {
        "security_group_id": group["id"],
        "direction": "ingress",
        "protocol": "tcp",
        "port_range_min": 80,
        "port_range_max": 80,
    }
    path = f"{NETWORK}/security-group-rules"
    made = site.client.call("POST", path, json={"security_group_rule": rule}).json()
    until(lambda: reaches(address, 80, within_s=1), "packets to pass", within_s=WITHIN_S)
    site.client.call("DELETE", f"{path}/{made['security_group_rule']['id']}")
    until(lambda: not reaches(address, 80, within_s=1), "packets to be stopped", within_s=WITHIN_S)


def test_the_guest_sends_in_no_name_but_its_own(site, first, address):
    mac, other = site.ask(first, "cat /sys/class/net/eth0/address"), f"{address[:-3]}201"
    site.ask(first, f"ip address add {other}/24 dev eth0")

    with overheard(site.lab.link) as frames:
        answers = [
            "1 packets received" in site.ask(first, f"ping -c 1 -W 1 -I {name} {site.lab.host}")
            for name in (address, other, address)
        ]

    assert [True, False, True] == answers
    names = [name for sender, name in frames if sender == mac]
    assert {address} == set(names)


def test_a_routed_card_without_ipv4_comes_while_the_server_runs(site, first):
    modes = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    subnet = {"ip_version": 6, "cidr": "2001:db8:5::/64", **modes}
    network_id = made_network(site, "IP_LESS_ROUTED", None, **subnet)

    path = f"{COMPUTE}/servers/{first}/os-interface"
    asked = {"interfaceAttachment": {"net_id": network_id}}
    made = site.client.call("POST", path, json=asked).json()["interfaceAttachment"]
    assert "ACTIVE" == site.client.settle(first, within_s=GUEST_S)

    site.ask(first, "ip link set eth1 up")
    (address,) = [fixed["ip_address"] for fixed in made["fixed_ips"]]
    see = "ip -6 address show dev eth1"
    until(lambda: f" {address}/64 " in site.ask(first, see), "its address", within_s=WITHIN_S)


@pytest.fixture(scope="module")
def snapshot(site, first) -> str:
    """An image of the running server, after which it wrote on; the image's id."""
    site.put(first, "before")
    image_id = site.image_of(first, "snapshot")
    site.put(first, "after")
    return image_id


def test_a_snapshot_of_a_running_disk_is_an_image_and_a_file(site, first, snapshot):
    assert first == site.image(snapshot)["instance_uuid"]
    assert snapshot in site.cloud.swift("list", "images").split()
    part = site.client.call(
        "GET",
        f"/object-store/v1/AUTH_{site.client.project_id}/images/{snapshot}",
        headers={"Range": f"bytes={SPACE_AT * MIB}-{SPACE_AT * MIB + 5}"},
    )
    assert b"before" == part.content
    assert "after" == site.get(first)


def test_a_volume_comes_and_goes_while_the_server_runs(site, first):
    volume_id = site.made_volume()
    devices = site.ask(first, "ls /sys/block")
    path = f"{COMPUTE}/servers/{first}/os-volume_attachments"

    site.client.call("POST", path, json={"volumeAttachment": {"volumeId": volume_id}})
    site.await_volume(volume_id, "in-use")
    until(lambda: "vdc" in site.ask(first, "ls /sys/block"), "the disk in the guest", within_s=60)
    site.put(first, "kept", 5, "vdc")
    assert "ACTIVE" == site.client.settle(first)
    site.client.call("DELETE", f"{path}/{volume_id}")
    site.await_volume(volume_id, "available")

    until(lambda: devices == site.ask(first, "ls /sys/block"), "it to be gone", within_s=60)
    assert b"kept" == volumes.look(site.storage, volume_id).read(5 * MIB, 4)
    assert "after" == site.get(first)


def test_clones_outlive_all_that_they_were_made_of(site, original, first, snapshot):
    blocks = site.blocks()
    clones = [site.ask_server(f"clone{number}", snapshot) for number in range(CLONES)]
    for clone in clones:
        assert "ACTIVE" == site.client.settle(clone, within_s=GUEST_S)
    assert blocks == site.blocks()
    site.put(clones[0], "mine", 11)

    site.delete_server(first)
    for image_id in (original, snapshot):
        site.client.call("DELETE", f"{IMAGES}/{image_id}")
    site.cloud.swift("delete", "mine")

    for clone in clones:
        assert [IMAGE.decode(), "before"] == [site.get(clone, at) for at in (IMAGE_AT, SPACE_AT)]
        rebooted = {"reboot": {"type": "HARD"}}
        site.client.call("POST", f"{COMPUTE}/servers/{clone}/action", json=rebooted)
        assert "ACTIVE" == site.client.settle(clone, within_s=GUEST_S)
        assert "before" == site.get(clone)
    assert ["mine", ""] == [site.get(clone, 11) for clone in clones[:2]]
    for server_id in clones:
        site.delete_server(server_id)
        with pytest.raises(NoSuchThing):
            volumes.show(site.storage, server_id)


def test_nothing_is_left_of_a_card_whose_server_is_gone(site, first, node):
    if site.client.server(first) is not None:
        site.delete_server(first)

    with suppress(LabFailed):
        until(lambda: node.before == node.left(), "the node to be as it was", within_s=WITHIN_S)
    assert node.before == node.left()
