# SPDX-License-Identifier: Apache-2.0
"""What guests are told at their first boot, and what is left of it afterwards."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from sqlalchemy import select

import synnefo_compute
import synnefo_network
from synnefo_backend_sim import faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute import FirstBoot, InjectedFile, ServerSpec
from synnefo_compute.first_boot import config_drive, nocloud, told
from synnefo_compute.first_boot.told import Address, Card, Told
from synnefo_compute.models import FirstBootRow
from synnefo_core.errors import Forbidden
from tests.services.compute.conftest import FLAVOR

SCRIPT = b"#!/bin/sh\necho ran\n"
USER_DATA = base64.b64encode(SCRIPT).decode()
WISHES = FirstBoot(USER_DATA, "correct horse", [InjectedFile("/etc/motd", b"hello")])

TOLD = Told(
    server_id="s",
    project_id="p",
    name="Web 1",
    hostname="web-1",
    zone="nova",
    metadata={"role": "web"},
    public_keys={"mine": "ssh-ed25519 AAAA me"},
    user_data=SCRIPT,
    cards=[
        Card(
            id="c",
            network_id="n",
            mac="aa:00:00:00:00:01",
            mtu=1450,
            addresses=(
                Address("10.0.0.5", 24, "10.0.0.1", ("9.9.9.9",), (("10.1.0.0/16", "10.0.0.2"),)),
                Address("2001:db8::5", 64, "2001:db8::1"),
            ),
        )
    ],
)


@pytest.fixture
def make(member, cluster, network, settle):
    """Return a function that makes a server and returns its id and what its guest was told."""

    def made(**fields):
        server = synnefo_compute.create_server(member, ServerSpec("Web 1", FLAVOR, **fields))
        settle()
        return server.id

    return made


@pytest.fixture
def read(cluster):
    """Return a function that reads what the guest of a server is told."""
    return lambda server_id: operator.seed(cluster.cluster, f"snf-{server_id}")


def kept(context):
    """Return what is in the database."""
    with context.reading() as session:
        return [(row.user_data, row.secrets) for row in session.scalars(select(FirstBootRow))]


def test_a_guest_learns_its_name_its_keys_and_its_addresses(member, make, read):
    key = synnefo_compute.create_keypair(member, name="mine").keypair.public_key

    server_id = make(key_name="mine")

    seed = read(server_id)
    meta_data = json.loads(seed.files["meta-data"])
    (card,) = json.loads(seed.files["network-config"])["ethernets"].values()
    (port,) = synnefo_compute.show_server(member, server_id).ports
    assert "cidata" == seed.label
    assert server_id == meta_data["instance-id"]
    assert "web-1" == meta_data["local-hostname"]
    assert [key.strip()] == meta_data["public-keys"]
    assert {"macaddress": port.mac} == card["match"]
    assert [f"{port.fixed_ips[0].ip}/24"] == card["addresses"]
    assert [{"to": "0.0.0.0/0", "via": "10.0.0.1"}] == card["routes"]


def test_a_guest_gets_its_user_data_and_the_hash_of_its_password(make, read):
    seed = read(make(first_boot=replace(WISHES, files=())))

    assert SCRIPT == seed.files["user-data"] == seed.files["openstack/latest/user_data"]
    header, _, config = seed.files["vendor-data"].partition(b"\n")
    assert b"#cloud-config" == header
    assert json.loads(config)["chpasswd"]["users"][0]["password"].startswith("$6$")
    assert not any(b"correct horse" in content for content in seed.files.values())


def test_files_come_on_a_config_drive(make, read):
    seed = read(make(first_boot=WISHES))

    (file,) = json.loads(seed.files["openstack/latest/meta_data.json"])["files"]
    assert ("config-2", "/etc/motd") == (seed.label, file["path"])
    assert b"hello" == seed.files[f"openstack{file['content_path']}"]


def test_who_asks_for_a_config_drive_reads_the_password_there(make, read):
    seed = read(make(first_boot=WISHES, has_config_drive=True))

    meta_data = json.loads(seed.files["openstack/latest/meta_data.json"])
    assert ("config-2", "correct horse") == (seed.label, meta_data["admin_pass"])


def test_only_user_data_are_kept_and_nobody_can_read_them(context, make, member):
    server_id = make(first_boot=WISHES)

    ((sealed, secrets),) = kept(context)
    assert "" == secrets
    assert USER_DATA not in sealed
    assert {server_id: USER_DATA} == synnefo_compute.user_data(context, [server_id])


def test_what_waits_for_the_worker_is_sealed(context, member, cluster, network):
    synnefo_compute.create_server(member, ServerSpec("web", FLAVOR, first_boot=WISHES))

    (sealed,) = kept(context)
    assert all(sealed)
    assert not any(word in "".join(sealed) for word in ("correct", "/etc/motd", USER_DATA))


def test_secrets_are_gone_when_a_creation_failed(context, cluster, make):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "create", count=1, message="no luck"))

    make(first_boot=WISHES)

    assert [""] == [secrets for _, secrets in kept(context)]


def test_nothing_is_left_of_a_deleted_server(context, member, make, read, settle):
    server_id = make(first_boot=WISHES)

    synnefo_compute.delete_server(member, server_id)
    settle()

    assert [] == kept(context)
    assert read(server_id) is None


def test_the_cluster_has_no_secret_but_the_guest(cluster, make):
    make(first_boot=WISHES)

    jobs = cluster.cluster.look(
        lambda turn: [row["request"] for row in turn.db.execute("SELECT request FROM job")]
    )
    assert jobs
    assert not any("seed" in job for job in jobs)


def test_a_rebuilt_guest_is_told_its_user_data_again_and_a_new_password(
    member, make, read, settle, context
):
    server_id = make(first_boot=WISHES)
    before = read(server_id).files["vendor-data"]

    wishes = FirstBoot(password="battery staple", files=[InjectedFile("/a", b"b")])
    synnefo_compute.rebuild_server(member, server_id, image_id="", first_boot=wishes)
    settle()

    seed = read(server_id)
    assert SCRIPT == seed.files["user-data"]
    assert before != seed.files["vendor-data"]
    assert b"b" == seed.files["openstack/content/0000"]
    assert [""] == [secrets for _, secrets in kept(context)]
    assert "ACTIVE".lower() == synnefo_compute.show_server(member, server_id).vm_state


@pytest.mark.parametrize(
    "files, words",
    [
        ([InjectedFile("/a", b"")] * 6, "file limit"),
        ([InjectedFile("/" + 255 * "a", b"")], "path exceeds"),
        ([InjectedFile("/a", bytes(10241))], "content exceeds"),
    ],
)
def test_a_guest_is_given_so_many_files_and_no_more(member, cluster, network, files, words):
    spec = ServerSpec("web", FLAVOR, first_boot=FirstBoot(files=files))

    with pytest.raises(Forbidden, match=words):
        synnefo_compute.create_server(member, spec)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("web", "web"),
        (" My_Server.1 ", "my-server-1"),
        ("--", "server-id"),
        ("Ωmega", "mega"),
        ("a" * 62 + "-b", "a" * 62),
    ],
)
def test_a_host_name_is_like_the_servers(name, expected):
    assert expected == told.hostname(name, "id")


def test_a_hash_is_of_the_password_and_salted():
    assert told.password_hash("x").startswith("$6$")
    assert told.password_hash("x") != told.password_hash("x")


def test_nocloud_has_all_addresses_routes_and_name_servers():
    (card,) = nocloud.network_config(TOLD)["ethernets"].values()

    assert ["10.0.0.5/24", "2001:db8::5/64"] == card["addresses"]
    assert 1450 == card["mtu"]
    assert {"addresses": ["9.9.9.9"]} == card["nameservers"]
    assert ["0.0.0.0/0", "10.1.0.0/16", "::/0"] == [route["to"] for route in card["routes"]]


def test_a_config_drive_has_the_same_in_openstacks_words():
    shown = config_drive.network_data(TOLD.cards)

    first, second = shown["networks"]
    assert [{"type": "dns", "address": "9.9.9.9"}] == shown["services"]
    assert "aa:00:00:00:00:01" == shown["links"][0]["ethernet_mac_address"]
    assert ("10.0.0.5", "255.255.255.0") == (first["ip_address"], first["netmask"])
    assert {"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.0.0.1"} in first["routes"]
    assert ("ipv6", "ffff:ffff:ffff:ffff::") == (second["type"], second["netmask"])


def test_a_config_drive_names_keys_and_metadata():
    shown = config_drive.meta_data(TOLD)

    assert {"mine": "ssh-ed25519 AAAA me"} == shown["public_keys"]
    assert {"role": "web"} == shown["meta"]
    assert "admin_pass" not in shown


def test_no_secret_is_printed():
    assert not any(word in repr(WISHES) for word in ("correct", USER_DATA, "hello"))
    assert "ran" not in repr(TOLD)


def test_name_servers_of_the_subnet_are_told(member, network, make, read):
    (subnet,) = synnefo_network.list_subnets(member, synnefo_network.Listing())
    changes = synnefo_network.SubnetChanges(dns_servers=["192.0.2.53"])
    synnefo_network.update_subnet(member, subnet.id, changes)

    seed = read(make())

    assert b"192.0.2.53" in seed.files["network-config"]
