# SPDX-License-Identifier: Apache-2.0
"""The same cloud behind every server that may host it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.system.client import Client
from tests.system.deployment import Deployment, deployed

pytestmark = pytest.mark.system


def run(runtime: str) -> Callable[[Deployment], None]:
    """Be the whole cloud in one process."""

    def start(cloud: Deployment) -> None:
        cloud.run("--runtime", runtime)

    return start


def serve(runtime: str, workers: int) -> Callable[[Deployment], None]:
    """Be the APIs in several processes, with a worker beside them."""

    def start(cloud: Deployment) -> None:
        cloud.synnefo("bootstrap")
        cloud.serve("--runtime", runtime, "--workers", str(workers))
        cloud.work()

    return start


def gunicorn(cloud: Deployment) -> None:
    """Be hosted by a stranger, with a worker beside it."""
    cloud.synnefo("bootstrap")
    cloud.gunicorn("--worker-class=gthread", "--threads=8", "--workers=2")
    cloud.work()


HOSTS = {
    "run-eventlet": run("eventlet"),
    "run-threads": run("threads"),
    "serve-eventlet": serve("eventlet", 2),
    "serve-threads": serve("threads", 2),
    "gunicorn": gunicorn,
}


@pytest.mark.parametrize("start", HOSTS.values(), ids=HOSTS.keys())
def test_the_same_cloud_is_served(tmp_path, database, start):
    with deployed(tmp_path / "cloud", {"database": {"url": database}}) as cloud:
        start(cloud)
        client = Client(cloud)
        account = f"/object-store/v1/AUTH_{client.project_id}"
        content = bytes(range(256)) * 40_000  # 9.8 MiB: three blocks

        client.call("PUT", f"{account}/c")
        client.call("PUT", f"{account}/c/o", data=content)
        chunks = (content[at : at + 100_000] for at in range(0, len(content), 100_000))
        client.call("PUT", f"{account}/c/chunked", data=chunks)
        server = client.create_server()

        assert content == client.call("GET", f"{account}/c/o").content
        assert content == client.call("GET", f"{account}/c/chunked").content
        part = client.call("GET", f"{account}/c/o", headers={"Range": "bytes=4194300-4194310"})
        assert (206, content[4194300:4194311]) == (part.status_code, part.content)
        assert "ACTIVE" == client.settle(server)
        assert [server] == [s["id"] for s in client.get("/compute/v2.1/servers")["servers"]]
