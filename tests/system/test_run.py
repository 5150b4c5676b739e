# SPDX-License-Identifier: Apache-2.0
"""``synnefo run`` on the embedded defaults: the first start, the second one, the end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.system.client import Client
from tests.system.deployment import Deployment, deployed

pytestmark = pytest.mark.system


@pytest.fixture
def cloud(tmp_path) -> Iterator[Deployment]:
    """A cloud that is not started."""
    with deployed(tmp_path / "cloud") as deployment:
        yield deployment


def names(client: Client) -> dict[str, set[str]]:
    """Return the names of what an empty cloud was given."""
    return {
        noun: {thing["name"] for thing in client.get(path)[noun]}
        for noun, path in {
            "flavors": "/compute/v2.1/flavors",
            "networks": "/network/v2.0/networks",
            "images": "/image/v2/images",
        }.items()
    }


def test_the_first_start_makes_a_useful_cloud(cloud):
    cloud.run()

    made = names(Client(cloud))
    admin = Client(cloud, "synnefo-admin")
    users = {user["name"] for user in admin.get("/identity/v3/users")["users"]}

    assert "m1.tiny" in made["flavors"]
    assert ({"public"}, {"tiny"}) == (made["networks"], made["images"])
    assert {"admin", "demo"} <= users
    assert ["sim"] == [row["Name"] for row in cloud.listing("backend", "list")]


def test_the_second_start_keeps_what_there_is(cloud):
    cloud.run()
    client = Client(cloud)
    client.call("PUT", f"/object-store/v1/AUTH_{client.project_id}/c")
    client.call("PUT", f"/object-store/v1/AUTH_{client.project_id}/c/o", data=b"kept")
    server = client.create_server()
    client.settle(server)
    admin_delete(cloud, "/compute/v2.1/flavors/4")
    login = cloud.login()

    cloud.stop()
    cloud.run()
    client = Client(cloud)

    assert login == cloud.login()
    kept = client.call("GET", f"/object-store/v1/AUTH_{client.project_id}/c/o")
    assert b"kept" == kept.content
    assert "ACTIVE" == client.settle(server)
    assert "m1.large" not in names(client)["flavors"]  # removed is not made again


def admin_delete(cloud: Deployment, path: str) -> None:
    """Delete something as an administrator."""
    Client(cloud, "synnefo-admin").call("DELETE", path)


ENDS = [("eventlet", signal.SIGINT), ("threads", signal.SIGTERM)]
if os.environ.get("SCALE", "ci") == "full":
    ENDS += [("eventlet", signal.SIGTERM), ("threads", signal.SIGINT)]


@pytest.mark.parametrize("runtime,how", ENDS, ids=lambda value: getattr(value, "name", value))
def test_it_ends_cleanly(cloud, runtime, how):
    running = cloud.run("--runtime", runtime)

    os.kill(running.pid, how)

    assert 0 == running.wait(20)
    assert not cloud.is_healthy()


def test_it_ends_cleanly_while_a_server_is_made(cloud):
    cloud.configure({"server": {"runtime": "threads"}})
    running = cloud.run()
    server = Client(cloud).create_server()

    assert 0 == running.stop(signal.SIGINT)
    cloud.run()

    assert "ACTIVE" == Client(cloud).settle(server)


def test_two_never_run_on_one_directory(cloud):
    cloud.run()

    others = [cloud.start("run", "--runtime", runtime) for runtime in ("eventlet", "threads")]

    assert [1, 1] == [other.wait() for other in others]
    sentence = f"synnefo: another cloud runs on {cloud.data}"
    assert [[sentence], [sentence]] == [other.said() for other in others]


def test_what_it_writes_is_private(cloud):
    running = cloud.run()
    client = Client(cloud)
    client.call("PUT", f"/object-store/v1/AUTH_{client.project_id}/c")
    client.call("PUT", f"/object-store/v1/AUTH_{client.project_id}/c/o", data=b"mine")
    running.stop()

    everything = [cloud.data, *cloud.data.rglob("*")]
    open_to_others = [
        f"{path} {path.stat().st_mode & 0o777:o}"
        for path in everything
        if path.stat().st_mode & 0o077
    ]

    assert [] == open_to_others


def test_conf_d_is_read_on_every_start_and_a_named_file_wins(cloud):
    conf_d = cloud.data / "conf.d"
    conf_d.mkdir(parents=True)
    conf_d.joinpath("10-region.conf").write_text("[DEFAULT]\nregion = Paxos\n")
    conf_d.joinpath("20-flavours.conf").write_text("[network]\npublic_cidr = 10.9.0.0/24\n")

    running = cloud.run()
    cidrs = [s["cidr"] for s in Client(cloud).get("/network/v2.0/subnets")["subnets"]]

    assert (region(cloud), ["10.9.0.0/24"]) == ("Paxos", cidrs)

    running.stop()
    cloud.configure({"DEFAULT": {"region": "Lefkada"}})
    cloud.run()

    assert "Lefkada" == region(cloud)


def region(cloud: Deployment) -> str:
    """Return the region that the catalog names."""
    catalog = Client(cloud).get("/identity/v3/auth/catalog")["catalog"]
    return str(catalog[0]["endpoints"][0]["region_id"])


def test_a_mistake_in_the_configuration_is_one_sentence(cloud):
    cloud.configure({"worker": {"lease_s": "soon"}})

    refused = [cloud.start(role) for role in ("run", "serve", "work")]

    assert [1, 1, 1] == [daemon.wait() for daemon in refused]
    said = [daemon.said() for daemon in refused]
    assert [[True]] * 3 == [[line.startswith("synnefo: ") for line in lines] for lines in said]


def test_a_schema_that_is_behind_is_one_sentence(cloud):
    words = [("serve", "--runtime", "eventlet"), ("serve", "--runtime", "threads"), ("work",)]

    refused = [cloud.start(*each) for each in words]

    assert [1, 1, 1] == [daemon.wait() for daemon in refused]
    said = [daemon.said() for daemon in refused]
    assert [[True]] * 3 == [["synnefo db upgrade" in line for line in lines] for lines in said]
