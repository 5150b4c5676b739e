# SPDX-License-Identifier: Apache-2.0
"""Servers outlive the processes of their cloud, and notices that go astray.

Fifty tenants do whatever servers can do, on two simulated clusters that reach the same disks, whose jobs fail now and then, and whose notices
come through a broker, 2 % of them not at all, twice or late; API processes and the worker, which hears the notices, die by
SIGKILL again and again. When all is quiet, nothing is stuck, lost, left over, doubled or charged wrongly.
``SCALE=full`` makes 2,000 requests, with volumes and images of servers among them, while an administrator moves
servers from cluster to cluster.

A test that fails shows its seed; ``SYNNEFO_STORM_SEED`` has the same things tried again.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests
from sqlalchemy import select

import synnefo_backends
import synnefo_quota
from synnefo_core.cloud import assemble
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.db.models import SagaRow
from synnefo_core.sagas import LIVE
from synnefo_volume.reconcile import differences
from tests.plugins.bus_amqp.brokers import import_definitions
from tests.system.client import COMPUTE, NETWORK, Client
from tests.system.deployment import Deployment
from tests.system.labs import RabbitLab
from tests.system.labs.waiting import until
from tests.system.storm import clusters, disks_of_tenants
from tests.system.storm.clusters import Cluster
from tests.system.storm.gale import Gale, Walk
from tests.system.storm.storm import Servers
from tests.system.storm.tenant import BROKEN_OFF, DONE, THIN, Tenant, tenants

pytestmark = pytest.mark.system

IS_FULL = os.environ.get("SCALE", "ci") == "full"
TENANTS = 50
WALKERS = 8
STEPS, STRIKES = (2000, 30) if IS_FULL else (200, 4)
QUIET_WITHIN_S = 120
FAULTY = 0.05
"""So large a part of the requests meets a job that fails, gets lost or takes longer, or a cluster that does
not answer."""
MOVES = 0.05 if IS_FULL else 0.0
"""As large a part of the requests comes beside a move of somebody's server to another cluster."""
ADMIN = "synnefo-admin"
ACCEPTED = 202
OWN_DISK = {"medium": "disk"}
EXPECTED = re.compile("a server process died|was sent SIGKILL")


@pytest.fixture
def seed() -> int:
    """What chance begins with."""
    seed = int(os.environ.get("SYNNEFO_STORM_SEED") or random.SystemRandom().getrandbits(32))
    sys.stdout.write(f"SYNNEFO_STORM_SEED={seed}\n")
    return seed


@pytest.fixture
def broker() -> Iterator[RabbitLab]:
    with RabbitLab() as lab:
        yield import_definitions(lab)


@pytest.fixture
def deployment(tmp_path, broker, database) -> Iterator[Deployment]:
    """A cloud that was prepared and has no cluster yet."""
    settings = {
        "database": {"url": database},
        "backends": {"embedded": "false"},
        "compute": {"reconcile_every_s": 5},
        **clusters.settings(broker),
    }
    with Deployment(tmp_path / "cloud", settings) as made:
        made.synnefo("bootstrap")
        yield made
        problems = [line for line in made.problems() if not EXPECTED.search(line)]
        assert not problems, "\n".join(problems)


@pytest.fixture
def context(deployment) -> Iterator[RequestContext]:
    """The cloud from inside."""
    cloud = assemble(data_dir=deployment.data, files=(deployment.config,))
    yield for_worker(cloud)
    cloud.close()


@pytest.mark.timeout(3600 if IS_FULL else 300)
def test_servers_outlive_every_process_and_lost_notices(deployment, broker, context, seed):
    chance = random.Random(seed)
    with clusters.clusters(deployment, broker, seed) as theirs:
        servers = Servers(deployment, chance, ("--workers", "2", "--runtime", "eventlet"))
        _make_thin(deployment)
        everybody = tenants(deployment, TENANTS, seed, has_disks=IS_FULL)
        moves = Counter[int]()
        movers = [Mover(deployment, theirs, moves) for _ in range(WALKERS)]
        walks = [
            _walk(everybody[place::WALKERS], theirs, seed + place, mover)
            for place, mover in enumerate(movers)
        ]

        Gale(chance).blow(STEPS, servers.strikes(STRIKES), walks)
        admin = Client(deployment, ADMIN)
        _await_quiet(deployment, admin, context)

        seen = sum((tenant.seen for tenant in everybody), Counter())
        sys.stdout.write(f"{dict(seen)}, moves {dict(moves)}, {_told(admin)}\n")
        for tenant in everybody:
            tenant.look()
        _require_the_same(admin, theirs)
        _require_nothing_left(admin, context)
        disks_of_tenants.require_settled(admin)
        _require_disks(admin, context, theirs)
        assert min(seen[DONE], seen[BROKEN_OFF]) > 0
        assert moves[ACCEPTED] or not IS_FULL


def _make_thin(deployment: Deployment) -> None:
    """Add the flavor whose disks are volumes."""
    admin = Client(deployment, ADMIN)
    size = {"id": THIN, "name": THIN, "vcpus": 1, "ram": 512, "disk": 1}
    admin.call("POST", f"{COMPUTE}/flavors", json={"flavor": size})
    told = {"extra_specs": {"SNF:disk_template": "ext"}}
    admin.call("POST", f"{COMPUTE}/flavors/{THIN}/os-extra_specs", json=told)


class Mover:
    """An administrator who moves servers to other clusters; counts what was answered."""

    def __init__(
        self, deployment: Deployment, theirs: list[Cluster], answers: Counter[int]
    ) -> None:
        self._client = Client(deployment, ADMIN, microversion="2.56")
        self._theirs, self._answers = theirs, answers

    def move(self, chance: random.Random, some: list[Tenant]) -> None:
        """Have some server of tenants moved to some cluster, whatever the answer."""
        servers = [each.id for tenant in some for each in tenant.servers if not each.is_deleted]
        if not servers:
            return
        path = f"{COMPUTE}/servers/{chance.choice(servers)}/action"
        body = {"migrate": {"host": chance.choice(self._theirs).name}}
        with suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            answer = self._client.ask("POST", path, json=body)
            assert answer.status_code in (ACCEPTED, 400, 404, 409, 503), answer.text
            self._answers[answer.status_code] += 1


def _walk(some: list[Tenant], theirs: list[Cluster], seed: int, mover: Mover) -> Walk:
    """Return what has one tenant after the other do something, while jobs fail and servers move."""
    chance = random.Random(seed)

    def step() -> bool:
        if chance.random() < FAULTY:
            chance.choice(theirs).spoil(chance)
        if chance.random() < MOVES:
            mover.move(chance, some)
        return chance.choice(some).step()

    return step


def _told(admin: Client) -> dict[str, int]:
    return dict(Counter(server["status"] for server in _all(admin)))


def _all(admin: Client) -> list[dict]:
    return admin.get(f"{COMPUTE}/servers/detail?all_tenants=1&limit=1000")["servers"]


def _await_quiet(deployment: Deployment, admin: Client, context: RequestContext) -> None:
    """Wait until nobody works on anything, and the cloud has repaired what differs."""

    def is_quiet() -> bool:
        with context.reading() as session:
            live = session.scalars(select(SagaRow).where(SagaRow.state.in_(LIVE))).all()
        return not live and not [s for s in _all(admin) if s["OS-EXT-STS:task_state"]]

    until(is_quiet, "all sagas and tasks to end", within_s=QUIET_WITHIN_S)
    until(
        lambda: _differences(deployment) == [],
        "all to be as in the clusters",
        within_s=QUIET_WITHIN_S,
    )


def _differences(deployment: Deployment) -> list[str]:
    # A cluster that did not answer on the way back of a move may have kept a second instance.
    told = deployment.start("reconcile", "servers", "--fix", "doubles")
    code = told.wait(60)
    said = told.said()
    deployment.daemons.remove(told)
    return [] if code == 0 else said


def _require_the_same(admin: Client, theirs: list[Cluster]) -> None:
    """Fail unless clusters and API agree on every server."""
    flavors = {
        flavor["id"]: (flavor["vcpus"], flavor["ram"])
        for flavor in admin.get(f"{COMPUTE}/flavors/detail?is_public=None")["flavors"]
    }
    made = [server for server in _all(admin) if server["OS-SRV-USG:launched_at"]]
    here = {
        (f"snf-{s['id']}", s["OS-EXT-SRV-ATTR:host"], *flavors[s["flavor"]["id"]]) for s in made
    }
    there = [one for cluster in theirs for one in cluster.instances()]
    assert here == {(one.name, one.node, one.vcpus, one.ram_mib) for one in there}
    # What runs of a server that is in error its owner is not told.
    known = {f"snf-{s['id']}": s["OS-EXT-STS:power_state"] for s in made if s["status"] != "ERROR"}
    running = {name for name, state in known.items() if state == 1}
    assert running == {one.name for one in there if one.power.value == "running"} & known.keys()
    rescued = {f"snf-{s['id']}" for s in made if s["status"] == "RESCUE"}
    assert rescued == {one.name for one in there if one.boot != OWN_DISK} & known.keys()
    ports = admin.get(f"{NETWORK}/ports?limit=1000")["ports"]
    cards = {f"snf-{port['device_id']}": port["mac_address"] for port in ports}
    names = {one.name for one in there}
    assert {name: mac for name, mac in cards.items() if name in names} == {
        one.name: nic.mac for one in there for nic in one.nics
    }


def _require_nothing_left(admin: Client, context: RequestContext) -> None:
    """Fail when something is charged, booked, used twice or left over."""
    assert [] == synnefo_quota.verify(context)
    servers = {server["id"] for server in _all(admin)}
    ports = admin.get(f"{NETWORK}/ports?limit=1000")["ports"]
    assert sorted(servers) == sorted(port["device_id"] for port in ports)
    addresses = [fixed["ip_address"] for port in ports for fixed in port["fixed_ips"]]
    assert len(addresses) == len(set(addresses))
    booked = [each.occupancy.booked.servers for each in synnefo_backends.occupied(context)]
    assert len(servers) == sum(booked)


def _require_disks(admin: Client, context: RequestContext, theirs: list[Cluster]) -> None:
    """Fail unless clusters have the disks that are attached, and the store those that there are."""
    assert [] == list(differences(context))
    expected = disks_of_tenants.disks(admin)
    found = {
        one.name: {disk.name for disk in one.disks if disk.name.startswith("vol-")}
        for cluster in theirs
        for one in cluster.instances()
    }
    assert expected == {name: disks for name, disks in found.items() if disks}
