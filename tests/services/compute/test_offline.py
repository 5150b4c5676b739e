# SPDX-License-Identifier: Apache-2.0
"""What is written on the disks of images without cloud-init, and which images ask for it."""

from __future__ import annotations

import base64

import pytest

import synnefo_compute
from synnefo_backend_sim import operator
from synnefo_compute import FirstBoot, InjectedFile, ServerSpec
from synnefo_compute.first_boot import offline
from synnefo_compute.first_boot.told import Told
from synnefo_core.errors import InvalidField
from tests.services.compute.conftest import FLAVOR
from tests.services.compute.disks import registered

ASKS = {"CLOUD_INIT": "no"}
TOLD = Told("s", "p", "Web 1", "web-1", "nova", {}, {"mine": "ssh-ed25519 AAAA me"}, "$6$hash")


@pytest.fixture
def image(member):
    """Return a function that registers a file as an image with properties, and returns its id."""

    return lambda properties: registered(member, properties=properties)


def test_a_server_of_such_an_image_is_written_on(member, cluster, network, settle, image):
    wishes = FirstBoot(
        password="correct horse", files=[InjectedFile("/etc/motd", b"hello", "ann", "staff", 0o600)]
    )
    spec = ServerSpec("Web 1", FLAVOR, image_id=image(ASKS), first_boot=wishes)

    server = synnefo_compute.create_server(member, spec)
    settle()

    order = operator.seed(cluster.cluster, f"snf-{server.id}").offline
    assert ("web-1", ["root"], 1) == (order["hostname"], order["users"], order["cards"])
    assert order["password_hash"].startswith("$6$")
    (file,) = order["files"]
    assert ("/etc/motd", b"hello") == (file["path"], base64.b64decode(file["content"]))
    assert ("ann", "staff", 0o600) == (file["owner"], file["group"], file["mode"])


def test_what_no_node_can_write_on_is_refused_at_once(member, cluster, network, image):
    spec = ServerSpec("web", FLAVOR, image_id=image(ASKS | {"OSFAMILY": "windows"}))

    with pytest.raises(InvalidField, match="can be of linux, not of windows"):
        synnefo_compute.create_server(member, spec)


@pytest.mark.parametrize(
    "properties, is_asked_for",
    [
        ({}, False),
        ({"OSFAMILY": "linux"}, False),
        ({"CLOUD_INIT": "yes"}, False),
        ({"CLOUD_INIT": "No"}, True),
        ({"cloud_init": "false"}, True),
        (ASKS | {"EXCLUDE_ALL_TASKS": "yes"}, False),
        (ASKS | {"EXCLUDE_MOUNTED_TASKS": "yes"}, False),
        (ASKS | {"EXCLUDE_ALL_TASKS": "no"}, True),
    ],
)
def test_only_images_that_ask_for_it_are_written_on(properties, is_asked_for):
    assert is_asked_for is (offline.order(TOLD, properties) is not None)


def test_an_image_says_who_its_users_are_where_and_what_to_leave_alone():
    said = {"USERS": "ann root", "ROOT_PARTITION": "2", "EXCLUDE_TASK_AssignHostname": "yes"}

    order = offline.order(TOLD, ASKS | said)

    assert (["ann", "root"], "2") == (order["users"], order["root_partition"])
    assert ["ASSIGNHOSTNAME"] == order["without"]
    assert ("$6$hash", ["ssh-ed25519 AAAA me"]) == (order["password_hash"], order["public_keys"])


@pytest.mark.parametrize("partition", ["-1", "one", "1/../2", "²"])
def test_a_partition_is_a_number(partition):
    with pytest.raises(InvalidField):
        offline.check(ASKS | {"ROOT_PARTITION": partition})
