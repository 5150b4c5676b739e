# SPDX-License-Identifier: Apache-2.0
"""Our compute service beside Nova: the same rows, the same rounds, the same microversion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from tools.bench import clouds, nova
from tools.bench.asking import ask
from tools.bench.cases import Case, Target, own
from tools.bench.clouds import Running
from tools.bench.load import Plan
from tools.bench.peers import Installed
from tools.bench.promises import Promise
from tools.bench.seed import SERVERS
from tools.bench.sides import Sides, both

MICROVERSION = "compute 2.26"


def _asked(target: Target) -> dict[str, str]:
    return {**own(target), "OpenStack-API-Version": MICROVERSION}


def _details(limit: int) -> Callable[[Target], Plan]:
    def plan(target: Target) -> Plan:
        path = f"{target.compute}/servers/detail?limit={limit}"
        return Plan(target.port, "GET", [path], [_asked(target)])

    return plan


def _show(target: Target) -> Plan:
    paths = [f"{target.compute}/servers/{server_id}" for server_id in target.servers]
    return Plan(target.port, "GET", paths, [_asked(target)])


CASES = [
    Case("detail-1000", 1, _details(1000)),
    *(Case("detail-100", connections, _details(100)) for connections in (1, 16)),
    *(Case("show", connections, _show) for connections in (1, 8)),
]

PROMISES = [
    Promise("detail-1000-c1", "requests_per_s", least=10),
    Promise("detail-100-c1", "requests_per_s", least=10),
    Promise("detail-100-c16", "requests_per_s", least=10),
    Promise("detail-100-c16", "p99_ms", most=100),
    Promise("show-c8", "requests_per_s", least=10),
]


@contextmanager
def sides(directory: Path, installed: Installed, workers: int) -> Iterator[Sides]:
    """Serve both, with as many servers."""
    theirs = partial(nova.running, servers=SERVERS)
    serve = partial(both, theirs=theirs, ours=clouds.with_servers)
    with serve(directory, installed, workers) as (running, cpu_s):
        yield [_knowing(side) for side in running], cpu_s


def _knowing(side: Running) -> Running:
    """Return a side with the ids of some of its servers."""
    target = side.target
    servers = ask(target, f"{target.compute}/servers?limit=100")["servers"]
    ids = tuple(server["id"] for server in servers)
    return replace(side, target=replace(target, servers=ids))
