# SPDX-License-Identifier: Apache-2.0
"""A plugin that no longer loads is named, keeps what it owned, and takes nobody with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True)
class Story:
    """What was seen of a cloud whose plugin was well, fell ill, and recovered."""

    health: dict[str, object]
    plugins: dict[str, dict[str, str]]
    server: str
    verified: list[list[dict[str, object]]]
    held: list[dict[str, object]]
    deleted: list[str]
    mourned: list[list[str]]
    left: list[dict[str, object]]


@pytest.fixture(scope="module")
def story(tmp_path_factory, pets) -> Iterator[Story]:
    """Live through it once; only the illness may be in the logs."""
    with Deployment(tmp_path_factory.mktemp("pets"), path=pets) as cloud:
        told = well(cloud)
        cloud.stop()
        cloud.export(PETS_ARE_ILL="yes")
        told |= ill(cloud, told)
        cloud.stop()
        cloud.export(PETS_ARE_ILL="")
        yield Story(**(told | recovered(cloud, told)))
        assert [] == [line for line in cloud.problems() if not QUARANTINED.search(line)]


def well(cloud: Deployment) -> dict[str, Any]:
    """Give the user a pet, and tell the pets of a network that goes."""
    cloud.run()
    client = Client(cloud)
    cloud.synnefo("pet", "adopt", client.project_id, client.user_id)
    deleted = delete_a_network(client)
    until((cloud.data / "mourned").exists, "the first event", within_s=20)
    return {"verified": [cloud.listing("quota", "verify")], "deleted": [deleted]}


def ill(cloud: Deployment, told: dict[str, Any]) -> dict[str, Any]:
    """Look at the cloud, and let another network go."""
    cloud.run()
    client = Client(cloud)
    deleted = delete_a_network(client)
    return {
        "health": client.get("/healthz"),
        "server": client.settle(client.create_server()),
        "plugins": {row["Name"]: row for row in cloud.listing("plugin", "list")},
        "verified": [*told["verified"], cloud.listing("quota", "verify", expect=1)],
        "held": cloud.listing("quota", "list", client.project_id),
        "deleted": [*told["deleted"], deleted],
        "mourned": [mourned(cloud)],
        "left": cloud.listing("event", "list"),
    }


def recovered(cloud: Deployment, told: dict[str, Any]) -> dict[str, Any]:
    """See that all goes on."""
    cloud.run()
    until(lambda: told["deleted"] == mourned(cloud), "the event that waited", within_s=20)
    return {
        "verified": [*told["verified"], cloud.listing("quota", "verify")],
        "mourned": [*told["mourned"], mourned(cloud)],
    }


def delete_a_network(client: Client) -> str:
    """Have an event told that the plugin wants to know; return its subject."""
    body = {"network": {"name": "n"}}
    made = client.call("POST", f"{NETWORK}/networks", json=body).json()["network"]["id"]
    client.call("DELETE", f"{NETWORK}/networks/{made}")
    return str(made)


def mourned(cloud: Deployment) -> list[str]:
    """Return the networks that the plugin was told of."""
    return (cloud.data / "mourned").read_text().splitlines()


def test_it_is_named_everywhere(story):
    assert {"status": "degraded", "broken_plugins": ["pets"]} == story.health
    for name in ("pets", "kennel"):
        assert "synnefo-test-pets" == story.plugins[name]["Distribution"]
        assert "broken: RuntimeError: the pets are ill" == story.plugins[name]["Status"]


def test_the_rest_works(story):
    assert "ACTIVE" == story.server


def test_what_it_owned_is_unknown_and_not_gone(story):
    before, during, after = story.verified
    seen = {(row["Resource"], row["Held"], row["Counted"]) for row in during}

    assert ([], []) == (before, after)
    assert {("pets.pet", 1, "unknown")} == seen
    assert 1 in [row["Usage"] for row in story.held if row["Resource"] == "pets.pet"]


def test_its_events_wait_for_it(story):
    waiting = [(row["Type"], row["Subject"]) for row in story.left]

    assert [story.deleted[:1], story.deleted] == story.mourned
    assert ("network.deleted", story.deleted[1]) in waiting


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
        cloud.export(PETS_ARE_ILL="yes")

        with pytest.raises(AssertionError) as refused:
            cloud.run()

    said = str(refused.value)
    assert "it ended with 1" in said
    assert re.search("synnefo: .*synnefo-test-pets 1.0.*the pets are ill", said)
    assert not re.search("^Traceback", said, re.MULTILINE)
