# SPDX-License-Identifier: Apache-2.0
"""Our object store beside OpenStack Swift: the same disk, the same rounds, new bytes with each object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tools.bench import clouds, swift
from tools.bench.asking import carry_out
from tools.bench.cases import (
    GIB,
    LARGE,
    MIB,
    SMALL,
    SMALL_OBJECTS,
    Case,
    Target,
    get,
    own,
    put,
    uploaded,
)
from tools.bench.clouds import Running
from tools.bench.databases import databases
from tools.bench.load import Plan
from tools.bench.peers import Installed
from tools.bench.promises import Promise

NAMES = 10_000
"""How many names the container has that is listed."""
_LISTED = "listing"
_READ = {SMALL: SMALL_OBJECTS, MIB: 16, LARGE: 4, GIB: 2}
"""How many objects there are to be read, by their size."""


def _listing(query: str) -> Callable[[Target], Plan]:
    def plan(target: Target) -> Plan:
        path = f"{target.container(_LISTED)}?format=json&{query}"
        return Plan(target.port, "GET", [path], [own(target)])

    return plan


def _delete(target: Target) -> Plan:
    path = f"{target.objects}/delete-{SMALL}-{{number}}"
    return Plan(target.port, "DELETE", [path], [own(target)], status=204)


def _large(size: int, name: str, connections: int, most: int, rounds: int | None) -> list[Case]:
    facts: dict[str, Any] = {"object_bytes": size, "most": most, "rounds": rounds}
    return [
        Case(f"put-{name}", connections, put(size), **facts),
        Case(f"get-{name}", connections, get(size, _READ[size]), **facts),
    ]


CASES = [
    *(Case("put-4k", n, put(SMALL)) for n in (1, 8)),
    *(Case("get-4k", n, get(SMALL, SMALL_OBJECTS)) for n in (1, 8)),
    *(
        Case("delete", n, _delete, most=most, before=put(SMALL, "delete"))
        for n, most in ((1, 300), (8, 1000))
    ),
    Case("list-10000", 1, _listing(f"limit={NAMES}")),
    Case("list-1000", 1, _listing("limit=1000&marker=dir50/")),
    Case("list-folders", 1, _listing("delimiter=/")),
    *_large(MIB, "1m", 1, 200, None),
    *_large(MIB, "1m", 8, 400, None),
    *_large(LARGE, "64m", 1, 8, None),
    *_large(LARGE, "64m", 8, 16, None),
    *_large(GIB, "1g", 1, 1, None),
    *_large(GIB, "1g", 8, 8, 1),
]
"""What writes most to the disk comes last; eight connections write one GiB each in one round only."""

PROMISES = [
    *(Promise(f"put-4k-c{n}", "requests_per_s", least=4) for n in (1, 8)),
    *(
        Promise(f"{case}-c{n}", "requests_per_s", least=5)
        for case in ("get-4k", "delete")
        for n in (1, 8)
    ),
    *(
        Promise(f"list-{what}-c1", "requests_per_s", least=5)
        for what in ("10000", "1000", "folders")
    ),
    *(
        Promise(f"put-{size}-c{n}", "requests_per_s", least=1.4)
        for size in ("64m", "1g")
        for n in (1, 8)
    ),
    *(
        Promise(f"put-{size}-c{n}", "cpu_s_per_1000", share=0.8)
        for size in ("64m", "1g")
        for n in (1, 8)
    ),
    *(
        Promise(f"get-{size}-c{n}", "requests_per_s", least=5)
        for size in ("64m", "1g")
        for n in (1, 8)
    ),
    *(
        Promise(f"get-{size}-c{n}", "cpu_s_per_1000", share=0.2)
        for size in ("64m", "1g")
        for n in (1, 8)
    ),
]


@contextmanager
def sides(
    directory: Path, installed: Installed, workers: int, cases: Sequence[Case]
) -> Iterator[tuple[Sequence[Running], Callable[[], float]]]:
    """Serve both and fill them; also return the processor time of our database.

    Args:
        directory: Where both keep everything.
        installed: Swift.
        workers: How many processes serve, of ours and of Swift's proxy and object server.
        cases: What is to be measured.
    """
    with (
        databases("postgresql") as database,
        clouds.without_servers(
            directory / "ours", database_url=database.url("ours"), workers=workers
        ) as ours,
        swift.running(directory / "swift", installed, workers=workers) as theirs,
    ):
        for running in (theirs, ours):
            _fill(running.target, cases)
        yield (theirs, ours), database.cpu_s


def _fill(target: Target, cases: Sequence[Case]) -> None:
    """Make what the cases read."""
    for plan in _filling(target, cases):
        carry_out(plan)


def _filling(target: Target, cases: Sequence[Case]) -> Iterator[Plan]:
    """Yield the plans that make what the cases read."""
    for path in (target.objects, target.container(_LISTED)):
        status = 202 if path == target.objects and target.runtime != swift.NAME else 201
        yield Plan(target.port, "PUT", [path], [own(target)], status=status, most=1)
    if any(case.name.startswith("list") for case in cases):
        names = [f"{target.container(_LISTED)}/dir{n:02}/o{{number}}" for n in range(100)]
        yield Plan(
            target.port,
            "PUT",
            names,
            [own(target)],
            body_bytes=100,
            status=201,
            connections=8,
            first=100_000,  # so that all have as many digits
            most=NAMES,
            seconds=300.0,
            timeout_s=400.0,
        )
    sizes = {case.object_bytes or SMALL for case in cases if case.name.startswith("get")}
    for size in sorted(sizes):
        yield replace(uploaded(target, size, _READ[size]), timeout_s=300.0)
