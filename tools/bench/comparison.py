# SPDX-License-Identifier: Apache-2.0
"""Our identity service beside Keystone: the same machine, the same rounds, the same password hash."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from synnefo_core.cloud import assemble
from tools.bench import clouds, keystone, promises, rounds
from tools.bench.asking import ask
from tools.bench.cases import CATALOG, ISSUE, ISSUE_BY_DEFAULT, VALIDATE, Case, Target
from tools.bench.clouds import Running
from tools.bench.databases import databases
from tools.bench.peers import Installed
from tools.bench.promises import MISSED, Promise

CASES = [*VALIDATE, *CATALOG, *ISSUE, ISSUE_BY_DEFAULT]
_CHECKS = 20_000


PROMISES = [
    Promise("validate-c32", "requests_per_s", least=10),
    Promise("validate-c32", "p99_ms", most=20),
    Promise("catalog-c32", "requests_per_s", least=5),
    Promise("issue-c32", "requests_per_s", least=3),
]
MOST_US_IN_PROCESS = 50.0


@dataclass(frozen=True)
class Sides:
    """What is compared: Keystone first, as everything is compared with the first."""

    usual: Sequence[Running]
    by_default: Sequence[Running]
    in_process_us: float

    def of(self, case: Case) -> Sequence[Running]:
        """Return who takes part in a case."""
        return self.by_default if case is ISSUE_BY_DEFAULT else self.usual


@contextmanager
def sides(
    directory: Path, installed: Installed, workers: int
) -> Iterator[tuple[Sides, Callable[[], float]]]:
    """Serve all of them, each on a database of its own; also return the database's processor time."""
    with (
        databases("postgresql") as database,
        clouds.without_servers(
            directory / "cheap", database_url=database.url("cheap"), workers=workers, is_cheap=True
        ) as cheap,
        clouds.without_servers(
            directory / "usual", database_url=database.url("usual"), workers=workers, is_cheap=False
        ) as usual,
        keystone.running(
            directory / "keystone",
            installed,
            database_url=database.url("keystone").replace("+psycopg", "+psycopg2"),
            workers=workers,
            catalog=_catalog(cheap.target),
        ) as (keystone_cheap, keystone_usual),
    ):
        in_process_us = _in_process_us(directory / "cheap", cheap.target.token)
        yield (
            Sides((keystone_cheap, cheap), (keystone_usual, usual), in_process_us),
            database.cpu_s,
        )


def _catalog(target: Target) -> Sequence[Any]:
    found: Sequence[Any] = ask(target, f"{target.identity}/auth/catalog")["catalog"]
    return found


def _in_process_us(directory: Path, token: str) -> float:
    """Return what it costs one of our own services to learn who a token is that it has seen."""
    cloud = assemble(data_dir=directory / "data", files=(directory / "bench.conf",))
    try:
        directory_of_people = cloud.directory
        if directory_of_people is None or directory_of_people.claims(token) is None:
            raise RuntimeError("the token is not valid")
        took = []
        for _ in range(5):
            begun = time.process_time()
            for _ in range(_CHECKS):
                directory_of_people.claims(token)
            took.append((time.process_time() - begun) / _CHECKS * 1e6)
        return median(took)
    finally:
        cloud.close()


def measure(
    cases: Sequence[Case],
    compared: Sides,
    extent: rounds.Extent,
    *,
    database_cpu_s: Callable[[], float],
    tell: Callable[[dict[str, Any]], None],
) -> list[dict[str, Any]]:
    """Return the results of all cases."""
    return [
        result
        for case in cases
        for result in rounds.measure(
            [case], compared.of(case), extent, database_cpu_s=database_cpu_s, tell=tell
        )
    ]


def verdict(
    results: Sequence[Mapping[str, Any]], ratios: Sequence[Mapping[str, Any]], in_process_us: float
) -> list[str]:
    """Return what was promised, a line each, and whether it is kept."""
    lines = promises.verdict(PROMISES, results, ratios, keystone.NAME)
    word = "kept" if in_process_us < MOST_US_IN_PROCESS else MISSED
    lines.append(
        f"{word}: a token that is known, inside a service, us of processor time at most "
        f"{MOST_US_IN_PROCESS:g}: {in_process_us:.3g}"
    )
    return lines
