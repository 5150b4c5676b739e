# SPDX-License-Identifier: Apache-2.0
"""What does not show with a thousand servers: lists of many, creations, a look at all, memory.

One cloud grows: eventlet, PostgreSQL, thirteen simulated clusters.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import synnefo_backends
from synnefo_backend_sim import operator
from synnefo_backends import bookings
from synnefo_compute import names
from synnefo_compute.balancing import evacuation, execution
from synnefo_compute.reconcile import rounds
from synnefo_compute.reconcile.survey import survey
from synnefo_core.cloud import Cloud, assemble
from tests.system.labs.waiting import free_port, until
from tools.bench import clouds, processes
from tools.bench.asking import Client, Tell
from tools.bench.databases import analyze, databases
from tools.bench.fleet import FLAVOR, Fleet
from tools.bench.processes import Served
from tools.bench.seed import Seeded, seed

CLUSTERS = 13
LISTED = (1_000, 10_000, 200_000)
"""How many servers there are when they are listed."""
LOOKED_AT = 10_000
MOVED, STOPPED = 20, 100
"""So many servers are moved, and so many somebody has stopped in the clusters meanwhile."""
CREATED, REQUESTS = 600, 100
WARMING = 4
"""So many requests a connection go before those that are measured: processes begin without connections to the
database, statements and caches."""
_MADE_S = 600
PAGE = "/compute/v2.1/servers/detail?limit=100"
CREATE = "/compute/v2.1/servers"


@contextmanager
def serving(place: Path) -> Iterator[tuple[Cloud, Seeded, int, Mapping[str, Served]]]:
    """Serve a cloud on PostgreSQL; yield it from inside, who asks, its port and its processes."""
    with ExitStack() as stack:
        database = stack.enter_context(databases("postgresql"))
        config = place / "bench.conf"
        config.write_text(clouds.configuration(database.url("scale")))
        config.chmod(0o600)
        seeded = seed(place / "data", config, has_servers=False)
        cloud = assemble(data_dir=place / "data", files=(config,))
        stack.callback(cloud.close)
        port = free_port()
        where = ["--data", place / "data", "--config", config]
        parts = clouds.cloud_commands(where, ["--runtime", "eventlet", "--port", port], 2)
        running = stack.enter_context(processes.served(parts, directory=place))
        running["apis"].await_answer(port, "/healthz")
        yield cloud, seeded, port, running


@contextmanager
def _growing(place: Path) -> Iterator[tuple[Fleet, Client, Mapping[str, Served]]]:
    with serving(place) as (cloud, seeded, port, running):
        fleet = Fleet(cloud, seeded.token, [f"c{number}" for number in range(CLUSTERS)])
        yield fleet, Client(port, seeded.token), running


def measure(place: Path, tell: Tell, listed: Sequence[int] = LISTED) -> None:
    """Measure everything, and tell of it line by line."""
    with _growing(place) as (fleet, client, running):
        grown = 0
        for number in listed:
            fleet.grow(number - grown, has_instances=number <= LOOKED_AT)
            grown = number
            analyze(fleet.context.cloud.database.engine)
            _list(client, number, tell)
            if number == LOOKED_AT:
                _create(fleet, client, tell)
                _look(fleet, tell)
                _move(fleet, tell)
        for name, part in running.items():
            tell(f"memory of {name}: {', '.join(f'{rss:.0f} MiB' for rss in part.memory_mib())}")


def _list(client: Client, number: int, tell: Tell) -> None:
    for connections in (1, 16):
        client.ask("GET", [PAGE], WARMING * connections, connections)
        outcome = client.ask("GET", [PAGE], REQUESTS * connections, connections)
        tell(f"list 100 of {number}, {connections} connections: {outcome}")


def _create(fleet: Fleet, client: Client, tell: Tell) -> None:
    """Create servers, and wait until the worker has made all of them."""
    body = {"server": {"name": "made", "flavorRef": FLAVOR}}
    for connections in (1, 8):
        client.ask("POST", [CREATE], WARMING * connections, connections, body=body, status=202)
        outcome = client.ask("POST", [CREATE], CREATED, connections, body=body, status=202)
        tell(f"create of {LOOKED_AT} accepted, {connections} connections: {outcome}")
        began = time.monotonic()
        until(lambda: not fleet.is_building, "the servers", within_s=_MADE_S)
        tell(f"    the last of {CREATED} made {time.monotonic() - began:.1f} s later")


def _look(fleet: Fleet, tell: Tell) -> None:
    """Look at all clusters, as ``synnefo reconcile servers`` does; then repair what was done there."""
    context = fleet.context
    backends = synnefo_backends.listing(context)
    began = time.monotonic()
    seen = [survey(context, backend) for backend in backends]
    took_s = time.monotonic() - began
    counts = (sum(each.servers for each in seen), sum(len(each.differences) for each in seen))
    tell(f"a look at {counts[0]} servers: {took_s:.1f} s, {counts[1]} differences")
    for place, server_id in enumerate(fleet.ids[:STOPPED]):
        driver = fleet.driver(fleet.backends[place % CLUSTERS])
        operator.stop(driver.cluster, names.of_instance(context.cloud, server_id))
    began = time.monotonic()
    repaired = sum(rounds.look(context, backend) for backend in backends)
    tell(f"a look that repairs {repaired} of them: {time.monotonic() - began:.1f} s")


def _move(fleet: Fleet, tell: Tell) -> None:
    """Plan how a cluster would be emptied, have some of its servers moved, and tell what that takes."""
    context, name = fleet.context, f"c{CLUSTERS - 1}"
    bookings.compare(context)
    began = time.monotonic()
    plan = evacuation.plan(context, name, may_stop=True)
    tell(f"a plan to move {len(plan.moves)} servers: {time.monotonic() - began:.1f} s")
    began, some = time.monotonic(), replace(plan, moves=plan.moves[:MOVED])
    outcomes = execution.carry_out(
        context, some, at_once=4, may_stop=True, pause=lambda: time.sleep(0.05)
    )
    moved = sum(not each.problem for each in outcomes)
    tell(f"{moved} of {MOVED} servers moved, 4 at once: {time.monotonic() - began:.1f} s")
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(f"memory of the process that has the {CLUSTERS} clusters open: at most {peak_mib:.0f} MiB")
