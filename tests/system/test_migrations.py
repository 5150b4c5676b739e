# SPDX-License-Identifier: Apache-2.0
"""The stock client lists where servers were moved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system.client import Client
from tests.system.deployment import Deployment, deployed

pytestmark = pytest.mark.system

ADMIN = "synnefo-admin"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory) -> Iterator[Deployment]:
    """A whole cloud in one process, on a simulated cluster."""
    with deployed(tmp_path_factory.mktemp("migrations"), {}) as deployment:
        deployment.run()
        yield deployment


@pytest.fixture(scope="module")
def moved(cloud) -> str:
    """Return the id of a server that was moved live and then resized."""
    client = Client(cloud)
    server = client.create_server()
    client.settle(server)
    cloud.openstack("server", "migrate", "--live-migration", "--wait", server, cloud=ADMIN)
    cloud.openstack("server", "resize", "--flavor", "2", "--wait", server)
    return server


def listed(cloud, *words):
    return cloud.openstack_json("server", "migration", "list", *words, cloud=ADMIN)


def test_the_client_lists_moves_newest_first(cloud, moved):
    resize, live = listed(cloud)

    assert ("resize", "finished", 1, 2) == tuple(
        resize[name] for name in ("Type", "Status", "Old Flavor", "New Flavor")
    )
    assert ("live-migration", "completed") == (live["Type"], live["Status"])
    assert live["Source Node"] != live["Dest Node"] == resize["Source Node"]
    assert moved == live["Server UUID"] == resize["Server UUID"]


def test_the_client_chooses_and_pages(cloud, moved):
    resize, live = listed(cloud)

    assert [live] == listed(cloud, "--type", "live-migration")
    assert [resize] == listed(cloud, "--status", "finished", "--host", resize["Dest Compute"])
    assert [live] == listed(cloud, "--limit", "1", "--marker", resize["UUID"])
    assert [] == listed(cloud, "--changes-before", "2020-01-01T00:00:00Z")


def test_the_client_finds_no_live_one_that_is_over(cloud, moved):
    live = listed(cloud, "--type", "live-migration")[0]

    with pytest.raises(AssertionError, match=r"No Migration|could not be found|404"):
        cloud.openstack("server", "migration", "show", moved, str(live["Id"]), cloud=ADMIN)
