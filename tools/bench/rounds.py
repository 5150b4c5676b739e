# SPDX-License-Identifier: Apache-2.0
"""Rounds: each case on each runtime in turn (A B A B), so that all see the same weather."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

from tools.bench import arithmetic, processes
from tools.bench.cases import GIB, MIB, Case, Target
from tools.bench.clouds import Running
from tools.bench.load import Plan

_ROUND_NUMBERS = 10_000_000
"""Requests of different rounds have different numbers, so no object is written twice."""
_GENERATOR_TIMEOUT_S = 180


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    rounds: int
    seconds: float


FULL, QUICK = Extent(rounds=3, seconds=4.0), Extent(rounds=1, seconds=1.0)

FIGURES = (
    "requests_per_s",
    "p50_ms",
    "p99_ms",
    "max_ms",
    "cpu_s_per_1000",
    "database_cpu_s_per_1000",
)
"""What is known of every case."""
LARGE_FIGURES = ("mib_per_s", "cpu_s_per_gib", "database_cpu_s_per_gib")
"""What is known besides of large objects."""


def measure(
    cases: Sequence[Case],
    clouds: Sequence[Running],
    extent: Extent,
    *,
    database_cpu_s: Callable[[], float],
    tell: Callable[[dict[str, Any]], None],
) -> list[dict[str, Any]]:
    """Return a result for each case on each runtime; each is told as soon as it is known."""
    results = []
    for case in cases:
        rounds: dict[str, list[dict[str, Any]]] = {cloud.target.runtime: [] for cloud in clouds}
        for number in range(min(extent.rounds, case.rounds or extent.rounds)):
            for cloud in clouds:
                first = (number + 1) * _ROUND_NUMBERS
                plan = _prepared(case, cloud.target, first=first, seconds=extent.seconds)
                seen = _round(case, cloud, plan, database_cpu_s)
                rounds[cloud.target.runtime].append(seen)
        for runtime, samples in rounds.items():
            results.append(result(case, runtime, samples))
            tell(results[-1])
    return results


def _prepared(case: Case, target: Target, *, first: int, seconds: float) -> Plan:
    """Make what a round needs, or warm up; return its plan."""
    before = case.prepared(target, first=first)
    if before is not None:
        _run(before)
    plan = case.planned(target, first=first, seconds=seconds)
    if before is None:
        _warm_up(case, plan)
    return plan


def _round(
    case: Case, cloud: Running, plan: Plan, database_cpu_s: Callable[[], float]
) -> dict[str, Any]:
    """Measure once."""
    is_floor = plan.port == cloud.target.floor_port
    cpu_s, other_s = cloud.cpu_s(is_floor=is_floor), database_cpu_s()
    outcome = _run(plan)
    cpu_s, other_s = cloud.cpu_s(is_floor=is_floor) - cpu_s, database_cpu_s() - other_s
    return sample(outcome, cpu_s=cpu_s, database_cpu_s=other_s, object_bytes=case.object_bytes)


def _warm_up(case: Case, plan: Plan) -> None:
    if case.object_bytes < GIB:
        warm = 1 if case.object_bytes else 2 * case.connections
        connections = min(warm, case.connections)
        _run(replace(plan, first=plan.first - warm, most=warm, connections=connections))


def _run(plan: Plan) -> dict[str, Any]:
    text = processes.generate(json.dumps(asdict(plan)), timeout_s=_GENERATOR_TIMEOUT_S)
    outcome: dict[str, Any] = json.loads(text)
    return outcome


def sample(
    outcome: dict[str, Any], *, cpu_s: float, database_cpu_s: float, object_bytes: int
) -> dict[str, Any]:
    """Return the figures of one round.

    Args:
        outcome: What the generator says.
        cpu_s: The processor time that the cloud used meanwhile.
        database_cpu_s: That of the database's own processes.
        object_bytes: The size of a large object, 0 for other requests.
    """
    requests, seconds = outcome["requests"], outcome["seconds"]
    figures = {
        **outcome,
        "cpu_s": cpu_s,
        "requests_per_s": requests / seconds,
        "cpu_s_per_1000": cpu_s * 1000 / max(1, requests),
        "database_cpu_s_per_1000": database_cpu_s * 1000 / max(1, requests),
        "generator_share": outcome["generator_cpu_s"] / seconds,
    }
    if object_bytes:
        gib = requests * object_bytes / (1024 * MIB)
        figures["mib_per_s"] = gib * 1024 / seconds
        figures["cpu_s_per_gib"] = cpu_s / gib
        figures["database_cpu_s_per_gib"] = database_cpu_s / gib
    return figures


def result(case: Case, runtime: str, samples: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is written down of a case on a runtime: medians, and every round."""
    names = (*FIGURES, *(LARGE_FIGURES if case.object_bytes else ()), "generator_share")
    return {
        "case": case.key,
        "runtime": runtime,
        "connections": case.connections,
        "object_bytes": case.object_bytes,
        "median": {name: median(each[name] for each in samples) for name in names},
        "spread": arithmetic.spread([each["requests_per_s"] for each in samples]),
        "problems": [each["problems"] for each in samples if each["problems"]],
        "rounds": list(samples),
    }


def ratios(results: Sequence[dict[str, Any]], runtimes: Sequence[str]) -> list[dict[str, Any]]:
    """Return each case's figures of the other runtimes over those of the first, round by round."""
    found = []
    by_key = {(each["case"], each["runtime"]): each for each in results}
    for (case, runtime), over in by_key.items():
        under = by_key.get((case, runtimes[0]))
        if under is None or runtime == runtimes[0]:
            continue
        figures = {
            name: arithmetic.ratio(_series(over, name), _series(under, name))
            for name in ("requests_per_s", "p99_ms", "cpu_s_per_1000")
        }
        found.append({"case": case, "of": runtime, "to": runtimes[0], "ratios": figures})
    return found


def _series(result: dict[str, Any], name: str) -> list[float]:
    return [each[name] for each in result["rounds"]]
