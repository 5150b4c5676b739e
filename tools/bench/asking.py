# SPDX-License-Identifier: Apache-2.0
"""Requests of a member: single ones beside those that are measured, and many of one kind."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tools.bench import processes
from tools.bench.cases import Target, own
from tools.bench.load import Plan

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """How long requests took, as :meth:`__str__` tells it."""

    per_s: float
    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        return f"{self.per_s:.0f} per s, p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f} ms"


def ask(target: Target, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Return what is at a path; with a body, what is made there."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{target.port}{path}",
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json", **own(target)},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # our own address
        return json.load(answer)


def carry_out(plan: Plan) -> Outcome:
    """Make all requests of a plan, in a process that has nothing else to do; return how long they took.

    Raises:
        RuntimeError: One was not answered as it should be.
    """
    outcome = json.loads(processes.generate(json.dumps(asdict(plan)), timeout_s=plan.timeout_s))
    if outcome["problems"]:
        raise RuntimeError(f"{plan.method} {plan.paths[0]}: {outcome['problems']}")
    if outcome["requests"] < plan.most:
        raise RuntimeError(
            f"only {outcome['requests']} of {plan.most} requests in {plan.seconds} s"
        )
    return Outcome(outcome["requests"] / outcome["seconds"], outcome["p50_ms"], outcome["p99_ms"])


@dataclass(frozen=True)
class Client:
    """Who asks, and where."""

    port: int
    token: str

    def ask(
        self,
        method: str,
        paths: Sequence[str],
        number: int,
        connections: int,
        *,
        body: object = None,
        status: int = 200,
    ) -> Outcome:
        """Make so many requests over so many connections."""
        plan = Plan(
            self.port,
            method,
            list(paths),
            [{"X-Auth-Token": self.token, "Content-Type": "application/json"}],
            body="" if body is None else json.dumps(body),
            status=status,
            connections=connections,
            most=number,
            seconds=300.0,
            timeout_s=360.0,
        )
        return carry_out(plan)
