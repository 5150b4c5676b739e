# SPDX-License-Identifier: Apache-2.0
"""Steps that remember when they began and ended, for the record of actions.

The times go with what a step returns anyway, so they cost no transaction of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from synnefo_compute import actions
from synnefo_core.sagas import Run, Saga, Step, Wait


def recorded(saga: Saga) -> Saga:
    """Return a saga whose steps leave their times in ``data["done"]``."""
    return replace(saga, steps=[_recorded(saga.name, step) for step in saga.steps])


def _recorded(saga: str, step: Step) -> Step:
    name = f"{saga}_{step.name}".replace(".", "_")

    def do(run: Run) -> Mapping[str, Any] | Wait:
        begun = run.data.get("begun") or run.context.now()
        outcome = step.do(run)
        if isinstance(outcome, Wait):
            return Wait(outcome.seconds, {**outcome.data, "begun": begun})
        event = {"name": name, "started_at": begun, "ended_at": run.context.now()}
        done = [*run.data.get("done", []), {**event, "result": actions.SUCCESS}]
        return {**(outcome or {}), "done": done, "begun": 0.0}

    return replace(step, do=do)
