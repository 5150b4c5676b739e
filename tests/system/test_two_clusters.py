# SPDX-License-Identifier: Apache-2.0
"""Two real clusters side by side: one that is away, slow, drained or offline is its own affair.

``SCALE=full`` makes 40 servers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.system.client import COMPUTE, Client
from tests.system.deployment import Deployment, deployed
from tests.system.labs import GanetiLab
from tests.system.labs.waiting import until
from tests.system.test_reconciliation import await_status, used

pytestmark = pytest.mark.system

SERVERS = 40 if os.environ.get("SCALE", "ci") == "full" else 6
PATIENCE_S = 30 + 6 * SERVERS
"""A real cluster takes seconds for each job, and does few at once."""

SETTINGS = {"compute": {"reconcile_every_s": 2}, "backends": {"embedded": "false"}}


@pytest.fixture(scope="module")
def clusters(ganeti_labs) -> dict[str, GanetiLab]:
    return dict(zip(("east", "west"), ganeti_labs(2), strict=True))


@pytest.fixture
def cloud(tmp_path, clusters, database) -> Iterator[Deployment]:
    with deployed(tmp_path / "cloud", SETTINGS | {"database": {"url": database}}) as cloud:
        cloud.run()
        for name, lab in clusters.items():
            cloud.add_ganeti(name, lab)
        yield cloud


def placed(cloud: Deployment) -> dict[str, list[str]]:
    """Return the servers by the name of their cluster."""
    found: dict[str, list[str]] = {"east": [], "west": []}
    for row in cloud.listing("server", "list"):
        found[row["Backend"]].append(row["ID"])
    return found


def statuses(client: Client) -> dict[str, str]:
    shown = client.get(f"{COMPUTE}/servers/detail")["servers"]
    return {
        each["id"]: "busy" if each["OS-EXT-STS:task_state"] else each["status"] for each in shown
    }


def await_all(cloud: Deployment, client: Client, servers: Sequence[str], status: str) -> None:
    def are_so() -> bool:
        now = statuses(client)
        return all(now.get(server) == status for server in servers)

    what, watch = f"{len(servers)} servers to be {status}", cloud.daemons[-1].watch
    until(are_so, what, within_s=PATIENCE_S, watch=watch)


def act(client: Client, server: str, action: str) -> int:
    """Ask for an action; return the status of the answer."""
    path = f"{COMPUTE}/servers/{server}/action"
    return client.ask("POST", path, json={action: None}).status_code


def restart(cloud: Deployment, client: Client, server: str) -> None:
    """Stop and start a server, as its owner does who notices nothing."""
    assert 202 == act(client, server, "os-stop")
    await_all(cloud, client, [server], "SHUTOFF")
    assert 202 == act(client, server, "os-start")
    await_all(cloud, client, [server], "ACTIVE")


def is_up(cloud: Deployment, cluster: str) -> bool:
    """Return whether a cluster answers, as far as the cloud knows."""
    states = {row["Name"]: row["State"] for row in cloud.listing("backend", "list")}
    return not states[cluster].startswith("failing")


def create(client: Client, count: int) -> list[str]:
    return [client.create_server(f"web{number}") for number in range(count)]


def test_one_cluster_never_troubles_the_other(cloud, clusters):
    client = Client(cloud)
    servers = create(client, SERVERS)
    east, west = placed(cloud)["east"], placed(cloud)["west"]
    assert SERVERS // 2 == len(east) == len(west)

    # Its API goes away in the middle, and its jobs run on.
    until(lambda: "ACTIVE" in {statuses(client)[each] for each in east}, "one", within_s=60)
    clusters["east"].stop_rapi()
    await_all(cloud, client, west, "ACTIVE")
    made = next(each for each in east if statuses(client)[each] == "ACTIVE")
    until(lambda: not is_up(cloud, "east"), "the east to be known as away", within_s=20)
    assert 503 == act(client, made, "os-stop")
    restart(cloud, client, west[0])
    clusters["east"].restart_rapi()
    await_all(cloud, client, servers, "ACTIVE")
    until(lambda: is_up(cloud, "east"), "the east to be known as back", within_s=20)

    # It takes connections and never answers; all its servers are waited for.
    clusters["east"].hang_rapi()
    stopping = [each for each in east if 202 == act(client, each, "os-stop")]
    assert stopping
    restart(cloud, client, west[1])
    clusters["east"].resume_rapi()
    await_all(cloud, client, stopping, "SHUTOFF")

    cloud.synnefo("backend", "set", "east", "--offline")
    assert 503 == act(client, east[0], "os-start")
    cloud.synnefo("backend", "set", "east", "--no-offline", "--drained")
    more = create(client, 2)
    await_all(cloud, client, more, "ACTIVE")
    assert set(more) <= set(placed(cloud)["west"])
    for server in stopping:
        assert 202 == act(client, server, "os-start")
    await_all(cloud, client, east, "ACTIVE")

    _operate(cloud, client, clusters, east[0], west[0])

    everything = servers + more
    for server in everything:
        client.delete_server(server)
    until(lambda: not statuses(client), "all to be gone", within_s=PATIENCE_S)
    assert (0, 0) == used(cloud, client)
    assert [[], []] == [lab.instances() for lab in clusters.values()]
    assert [] == cloud.listing("quota", "verify")
    assert [] == cloud.listing("reconcile", "servers")


def _operate(
    cloud: Deployment,
    client: Client,
    clusters: dict[str, GanetiLab],
    eastern: str,
    western: str,
) -> None:
    """Change servers in their clusters, and see that the API and the quota follow."""
    before = used(cloud, client)
    with ThreadPoolExecutor() as pool:
        shut = [
            pool.submit(clusters[name].run, "gnt-instance", "shutdown", f"snf-{server}")
            for name, server in (("east", eastern), ("west", western))
        ]
    assert all(each.result().returncode == 0 for each in shut)
    await_status(cloud, client, eastern, "SHUTOFF")
    await_status(cloud, client, western, "SHUTOFF")
    assert (before[0] - 2, before[1] - 2 * 512 * 2**20) == used(cloud, client)
