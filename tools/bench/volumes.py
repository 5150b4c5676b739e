# SPDX-License-Identifier: Apache-2.0
"""Our volumes beside Cinder's: as many rows, the same requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from tools.bench import cinder, clouds
from tools.bench.asking import ask, carry_out
from tools.bench.cases import Case, Target, own
from tools.bench.load import Plan
from tools.bench.peers import Installed
from tools.bench.promises import Promise
from tools.bench.seed import VOLUMES
from tools.bench.sides import Sides, both


def _details(limit: int) -> Callable[[Target], Plan]:
    def plan(target: Target) -> Plan:
        path = f"{target.volume}/volumes/detail?limit={limit}"
        return Plan(target.port, "GET", [path], [own(target)])

    return plan


def _show(target: Target) -> Plan:
    listed = ask(target, f"{target.volume}/volumes?limit=100")
    paths = [f"{target.volume}/volumes/{volume['id']}" for volume in listed["volumes"]]
    return Plan(target.port, "GET", paths, [own(target)])


def _make(target: Target) -> Plan:
    volume = {"size": 1, "name": "volume", "metadata": {"made": "for a list"}}
    headers = [{"Content-Type": "application/json", **own(target)}]
    path, body = f"{target.volume}/volumes", json.dumps({"volume": volume})
    return Plan(target.port, "POST", [path], headers, body=body, status=202)


CASES = [
    Case("detail-1000", 1, _details(1000)),
    *(Case("detail-100", connections, _details(100)) for connections in (1, 8)),
    *(Case("show", connections, _show) for connections in (1, 8)),
    *(Case("make", connections, _make, most=500) for connections in (1, 8)),
]
"""What makes more rows comes after what reads them."""

PROMISES = [
    Promise(case, "requests_per_s", least=5)
    for case in ("detail-1000-c1", "detail-100-c1", "detail-100-c8")
]


@contextmanager
def sides(directory: Path, installed: Installed, workers: int) -> Iterator[Sides]:
    """Serve both, the peer filled: ours has volumes beside its servers."""
    serve = partial(both, theirs=cinder.running, ours=clouds.with_servers)
    with serve(directory, installed, workers) as (running, cpu_s):
        filling = replace(_make(running[0].target), most=VOLUMES, connections=2)
        carry_out(replace(filling, seconds=300, timeout_s=400))
        yield running, cpu_s
