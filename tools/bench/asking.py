# SPDX-License-Identifier: Apache-2.0
"""Single requests of a member, beside those that are measured."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tools.bench import processes
from tools.bench.cases import Target, own
from tools.bench.load import Plan


def ask(target: Target, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Return what is at a path; with a body, what is made there."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{target.port}{path}",
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json", **own(target)},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # our own address
        return json.load(answer)


def carry_out(plan: Plan) -> None:
    """Make all requests of a plan.

    Raises:
        RuntimeError: One was not answered as it should be.
    """
    outcome = json.loads(processes.generate(json.dumps(asdict(plan)), timeout_s=plan.timeout_s))
    if outcome["problems"]:
        raise RuntimeError(f"what is read could not be made: {outcome['problems']}")
    if outcome["requests"] < plan.most:
        raise RuntimeError(
            f"only {outcome['requests']} of {plan.most} requests in {plan.seconds} s"
        )
