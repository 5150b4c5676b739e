# SPDX-License-Identifier: Apache-2.0
"""A plugin that no longer loads is named, keeps what it owned, and takes nobody with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.client import NETWORK, Client
from tests.system.deployment import Deployment, Settings
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

QUARANTINED = re.compile("quarantined.*the pets are ill")


@pytest.fixture(scope="module")
def pets(install) -> Path:
    """Return the folder where the pets are installed; they are well."""
    return install(Path(__file__).parent / "plugins/pets")


@pytest.fixture
def cloud(tmp_path, pets) -> Iterator[Deployment]:
    """A cloud with pets; only their illness may be in its logs."""
    with Deployment(tmp_path / "cloud", path=pets) as deployment:
        yield deployment
        assert [] == [line for line in deployment.problems() if not QUARANTINED.search(line)]


def fall_ill(cloud: Deployment) -> None:
    """Have the plugin not load from now on."""
    cloud.export(PETS_ARE_ILL="yes")


def recover(cloud: Deployment) -> None:
    """Have it load again."""
    cloud.export(PETS_ARE_ILL="")


def adopt(cloud: Deployment, client: Client) -> None:
    """Charge the user for something of the plugin's."""
    cloud.synnefo("pet", "adopt", client.project_id, client.user_id)


def delete_a_network(client: Client) -> str:
    """Have an event told that the plugin wants to know; return its subject."""
    body = {"network": {"name": "n"}}
    made = client.call("POST", f"{NETWORK}/networks", json=body).json()["network"]["id"]
    client.call("DELETE", f"{NETWORK}/networks/{made}")
    return str(made)


def test_it_is_named_everywhere_and_the_rest_works(cloud):
    fall_ill(cloud)
    cloud.run()

    client = Client(cloud)
    health = client.get("/healthz")
    listed = {row["Name"]: row for row in cloud.listing("plugin", "list")}

    assert {"status": "degraded", "broken_plugins": ["pets"]} == health
    for name in ("pets", "kennel"):
        assert "synnefo-test-pets" == listed[name]["Distribution"]
        assert "broken: RuntimeError: the pets are ill" == listed[name]["Status"]
    assert "ACTIVE" == client.settle(client.create_server())


def test_what_it_owned_is_not_treated_as_gone(cloud):
    running = cloud.run()
    client = Client(cloud)
    adopt(cloud, client)
    assert [] == cloud.listing("quota", "verify")
    running.stop()

    fall_ill(cloud)
    running = cloud.run()
    rows = cloud.listing("quota", "verify", expect=1)
    held = cloud.listing("quota", "list", client.project_id)
    running.stop()

    assert {("pets.pet", 1, "unknown")} == {
        (row["Resource"], row["Held"], row["Counted"]) for row in rows
    }
    assert 1 in [row["Usage"] for row in held if row["Resource"] == "pets.pet"]

    recover(cloud)
    cloud.run()
    assert [] == cloud.listing("quota", "verify")


def test_its_events_wait_for_it(cloud):
    mourned = cloud.data / "mourned"
    running = cloud.run()
    first = delete_a_network(Client(cloud))
    until(mourned.exists, "the first event", within_s=20)
    running.stop()

    fall_ill(cloud)
    running = cloud.run()
    second = delete_a_network(Client(cloud))
    until(lambda: waits(cloud, second), "the event to have been looked at", within_s=20)
    running.stop()
    assert [first] == mourned.read_text().splitlines()

    recover(cloud)
    cloud.run()
    until(lambda: second in mourned.read_text(), "the event that waited", within_s=20)
    assert [first, second] == mourned.read_text().splitlines()
    assert [] == cloud.listing("event", "list")


def waits(cloud: Deployment, subject: str) -> bool:
    """Whether an event about a thing waits for a handler."""
    rows = cloud.listing("event", "list")
    return [("network.deleted", subject)] == [(row["Type"], row["Subject"]) for row in rows]


NEEDED: dict[str, Settings] = {
    "a required plugin": {"DEFAULT": {"required_plugins": "pets"}},
    "the driver of a store": {
        "storage": {"stores": "mine"},
        "store_mine": {"driver": "kennel"},
    },
}


@pytest.mark.parametrize("settings", NEEDED.values(), ids=NEEDED.keys())
def test_it_stops_the_start_only_where_it_is_needed(tmp_path, pets, settings):
    with Deployment(tmp_path / "cloud", settings, path=pets) as cloud:
        fall_ill(cloud)

        with pytest.raises(AssertionError) as refused:
            cloud.run()

    said = str(refused.value)
    assert "it ended with 1" in said
    assert re.search("synnefo: .*synnefo-test-pets 1.0.*the pets are ill", said)
    assert not re.search("^Traceback", said, re.MULTILINE)
