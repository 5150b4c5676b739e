# SPDX-License-Identifier: Apache-2.0
"""The whole way: stock clients, ``synnefo run`` on PostgreSQL, a real Ganeti, bytes on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

from tests.system.client import Client
from tests.system.deployment import Deployment, deployed
from tests.system.labs import GanetiLab

pytestmark = pytest.mark.system

MIB = 2**20
BLOCKS_OF_64_MIB = 16


@pytest.fixture(scope="module")
def cloud(tmp_path_factory, postgres_lab, ganeti_lab) -> Iterator[Deployment]:
    """A whole cloud in one process, on one real cluster."""
    settings = {
        "database": {"url": postgres_lab.create_database("whole_way")},
        "backends": {"embedded": "false"},
    }
    with deployed(tmp_path_factory.mktemp("whole"), settings) as deployment:
        deployment.run()
        deployment.add_ganeti("c1", ganeti_lab)
        yield deployment


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> Path:
    """A file of 64 MiB that no other has a block of."""
    path = tmp_path_factory.mktemp("content") / "random"
    with Path("/dev/urandom").open("rb") as random:
        path.write_bytes(random.read(64 * MIB))
    return path


@pytest.fixture(scope="module")
def uploaded(cloud, content) -> str:
    """The same as an object: CONTAINER/NAME."""
    before = stored(cloud)
    cloud.swift("upload", "files", str(content), "--object-name", "first")
    assert BLOCKS_OF_64_MIB <= len(stored(cloud) - before) <= BLOCKS_OF_64_MIB + 1
    return "files/first"


def stored(cloud: Deployment) -> set[Path]:
    """Return the files of the store."""
    root = cloud.data / "drivers/storage/local"
    return {path for path in root.rglob("*") if path.is_file() and path.parent.name != "locks"}


def digest(path: Path) -> str:
    """Return what tells two files apart."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_bytes_come_back(cloud, content, uploaded, tmp_path):
    back = tmp_path / "back"

    cloud.swift("download", "files", "first", "--output", str(back))

    assert digest(content) == digest(back)


def test_the_same_bytes_are_stored_once(cloud, content, uploaded):
    before = stored(cloud)

    cloud.swift("upload", "files", str(content), "--object-name", "second")

    assert before == stored(cloud)
    assert ["first", "second"] == cloud.swift("list", "files").split()


def test_an_object_becomes_an_image_without_a_copy(cloud, content, uploaded, tmp_path):
    before, back = stored(cloud), tmp_path / "back"

    words = ["--disk-format", "raw", "--property", f"synnefo_object={uploaded}"]
    image = cloud.openstack_json("image", "create", *words, "from-object")
    cloud.openstack("image", "save", "--file", str(back), image["id"])

    assert ("active", 64 * MIB) == (image["status"], image["size"])
    assert digest(content) == digest(back)
    assert before == stored(cloud)


def test_a_file_becomes_an_image(cloud, tmp_path):
    disk = tmp_path / "disk"
    disk.write_bytes(b"a disk" * 1000 + bytes(5 * MIB))

    words = ["--disk-format", "raw", "--file", str(disk), "from-file"]
    cloud.openstack("image", "create", *words)
    cloud.openstack("image", "save", "--file", str(tmp_path / "back"), "from-file")

    assert digest(disk) == digest(tmp_path / "back")


def state(lab: GanetiLab, server_id: str) -> str:
    """Return what Ganeti says of a server's instance."""
    fields = "--output=name,status"
    listed = lab.run("gnt-instance", "list", "--no-headers", fields).stdout.splitlines()
    return dict(line.split() for line in listed).get(f"snf-{server_id}", "none")


def usage(cloud: Deployment, project_id: str) -> dict[tuple[str, str], int]:
    """Return what a project and its users hold, without zeros."""
    rows = cloud.listing("quota", "list", project_id)
    return {(row["Holder"], row["Resource"]): row["Usage"] for row in rows if row["Usage"]}


@pytest.fixture(scope="module")
def prepared(cloud, uploaded, tmp_path_factory) -> Deployment:
    """The cloud with a network, a keypair and an image of the user's own."""
    key = tmp_path_factory.mktemp("key") / "private"
    cloud.openstack("network", "create", "inside")
    words = ["--network", "inside", "--subnet-range", "10.1.0.0/24", "inside4"]
    cloud.openstack("subnet", "create", *words)
    cloud.openstack("keypair", "create", "--private-key", str(key), "mine")
    words = ["--disk-format", "raw", "--property", f"synnefo_object={uploaded}", "bootable"]
    cloud.openstack("image", "create", *words)
    assert key.read_text().startswith("-----BEGIN")
    return cloud


def test_a_server_lives_and_leaves_nothing(prepared, ganeti_lab):
    cloud, client = prepared, Client(prepared)
    held, ports = usage(cloud, client.project_id), client.get("/network/v2.0/ports")

    words = ["--flavor", "m1.tiny", "--image", "bootable", "--key-name", "mine", "--wait", "web"]
    made = cloud.openstack_json("server", "create", "--network", "inside", *words)
    server = made["id"]
    assert ("ACTIVE", "running") == (made["status"], state(ganeti_lab, server))
    assert ["inside"] == list(made["addresses"])
    assert ip_address(made["addresses"]["inside"][0]) in ip_network("10.1.0.0/24")
    assert held.items() < usage(cloud, client.project_id).items()

    cloud.openstack("server", "stop", "web")
    assert ("SHUTOFF", "ADMIN_down") == (client.settle(server), state(ganeti_lab, server))

    cloud.openstack("server", "start", "web")
    assert ("ACTIVE", "running") == (client.settle(server), state(ganeti_lab, server))

    cloud.openstack("server", "reboot", "--hard", "--wait", "web")
    jobs = ganeti_lab.run("gnt-job", "list", "--no-headers", "--output=summary").stdout
    assert f"INSTANCE_REBOOT(snf-{server})" in jobs
    assert "running" == state(ganeti_lab, server)

    cloud.openstack("server", "delete", "--wait", "web")
    assert "none" == state(ganeti_lab, server)
    assert held == usage(cloud, client.project_id)
    assert ports == client.get("/network/v2.0/ports")
    assert [] == cloud.listing("quota", "verify")


def test_the_clients_file_is_private_and_names_both_users(cloud):
    file = cloud.data / "clouds.yaml"

    clouds = yaml.safe_load(file.read_text())["clouds"]

    assert {"synnefo-admin", "synnefo"} == set(clouds)
    assert 0o600 == file.stat().st_mode & 0o777
