# SPDX-License-Identifier: Apache-2.0
"""Objects outlive the processes that serve them, whenever these are killed.

Clients write, copy, change and remove objects; the servers and the worker die by SIGKILL again and
again; the store is collected without grace and scrubbed all the time. After each round all that was
acknowledged is there, what was broken off has happened or not, and nothing is lost, charged
wrongly or left over. ``SCALE=full`` makes 20 rounds of 500 steps on each store.

A test that fails shows its seed; ``SYNNEFO_STORM_SEED`` has the same things tried again.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections.abc import Iterator

import pytest

from tests.system.deployment import Deployment
from tests.system.storm import stores
from tests.system.storm.storm import Servers, storm

pytestmark = pytest.mark.system

IS_FULL = os.environ.get("SCALE", "ci") == "full"
ROUNDS, STEPS, STRIKES = (20, 500, 6) if IS_FULL else (1, 60, 3)
STORES = ["nfs-eventlet-postgresql", "s3-threads-sqlite", "rados-eventlet-postgresql"]
PROCESSES = {"sqlite": "1", "postgresql": "2"}
EXPECTED = re.compile("a server process died|was sent SIGKILL")

Site = tuple[Deployment, tuple[str, ...]]
"""A cloud that has been prepared, and how it is to be served."""


@pytest.fixture
def seed() -> int:
    """What chance begins with."""
    seed = int(os.environ.get("SYNNEFO_STORM_SEED") or random.SystemRandom().getrandbits(32))
    sys.stdout.write(f"SYNNEFO_STORM_SEED={seed}\n")
    return seed


@pytest.fixture(params=STORES)
def site(request, tmp_path) -> Iterator[Site]:
    """A cloud on a store, a runtime and a database."""
    store, runtime, database = request.param.split("-")
    settings = request.getfixturevalue(f"{store}_store")
    if database == "postgresql":
        settings = settings | {"database": {"url": request.getfixturevalue("database")}}
    with Deployment(tmp_path / "cloud", settings, path=tmp_path / "binding") as deployment:
        deployment.synnefo("bootstrap")
        yield deployment, ("--workers", PROCESSES[database], "--runtime", runtime)
        problems = [line for line in deployment.problems() if not EXPECTED.search(line)]
        assert not problems, "\n".join(problems)


@pytest.fixture
def nfs_store(tmp_path):
    """A directory."""
    with stores.directory(tmp_path) as settings:
        yield settings


@pytest.fixture
def s3_store():
    """A bucket."""
    with stores.bucket() as settings:
        yield settings


@pytest.fixture
def rados_store(ceph_lab, tmp_path):
    """A pool."""
    with stores.pool(ceph_lab, tmp_path / "binding", "crash") as settings:
        yield settings


@pytest.mark.timeout(3 * 3600 if IS_FULL else 300)
def test_what_was_acknowledged_outlives_every_process(site, seed):
    deployment, options = site
    servers = Servers(deployment, random.Random(seed), options)

    with storm(deployment, seed) as blowing:
        for _ in range(ROUNDS):
            blowing.blow(STEPS, servers.strikes(STRIKES))
            blowing.look()
        blowing.clear()

    sys.stdout.write(f"{dict(blowing.seen)}\n")
    assert blowing.seen["collections"]
    assert blowing.seen["scrubs"]
