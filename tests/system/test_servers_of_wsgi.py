# SPDX-License-Identifier: Apache-2.0
"""One cloud behind every server that may host it, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.system.client import Client
from tests.system.deployment import Deployment, deployed

pytestmark = pytest.mark.system

CONTENT = bytes(range(256)) * 40_000
"""9.8 MiB: three blocks."""


def run(runtime: str) -> Callable[[Deployment], None]:
    """Be the whole cloud in one process."""

    def start(cloud: Deployment) -> None:
        cloud.run("--runtime", runtime)

    return start


def serve(runtime: str) -> Callable[[Deployment], None]:
    """Be the APIs in two processes, with a worker beside them."""

    def start(cloud: Deployment) -> None:
        cloud.serve("--runtime", runtime, "--workers", "2")
        cloud.work()

    return start


def gunicorn(cloud: Deployment) -> None:
    """Be hosted by a stranger, with a worker beside it."""
    cloud.gunicorn("--worker-class=gthread", "--threads=8", "--workers=2")
    cloud.work()


HOSTS = {
    "run-eventlet": run("eventlet"),
    "run-threads": run("threads"),
    "serve-eventlet": serve("eventlet"),
    "serve-threads": serve("threads"),
    "gunicorn": gunicorn,
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory, postgres_lab) -> Iterator[Deployment]:
    """The cloud; nothing of it runs. What one host was given the next one has."""
    settings = {"database": {"url": postgres_lab.create_database("hosts")}}
    with deployed(tmp_path_factory.mktemp("hosts"), settings) as deployment:
        first = deployment.run()
        client = Client(deployment)
        client.call("PUT", f"/object-store/v1/AUTH_{client.project_id}/c")
        client.call("PUT", f"/object-store/v1/AUTH_{client.project_id}/c/first", data=CONTENT)
        first.stop()
        yield deployment


@pytest.fixture(params=HOSTS.values(), ids=HOSTS.keys())
def client(request, cloud) -> Iterator[Client]:
    """A user of the cloud while it is hosted by one of the servers."""
    request.param(cloud)
    yield Client(cloud)
    cloud.stop()


def test_the_same_cloud_is_served(client):
    account = f"/object-store/v1/AUTH_{client.project_id}"

    chunks = (CONTENT[at : at + 100_000] for at in range(0, len(CONTENT), 100_000))
    client.call("PUT", f"{account}/c/chunked", data=chunks)
    server = client.create_server()

    assert CONTENT == client.call("GET", f"{account}/c/first").content
    assert CONTENT == client.call("GET", f"{account}/c/chunked").content
    part = client.call("GET", f"{account}/c/first", headers={"Range": "bytes=4194300-4194310"})
    assert (206, CONTENT[4194300:4194311]) == (part.status_code, part.content)
    assert "ACTIVE" == client.settle(server)
    assert server in [each["id"] for each in client.get("/compute/v2.1/servers")["servers"]]
