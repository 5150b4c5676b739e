# SPDX-License-Identifier: Apache-2.0
"""The suite of sagas, on a saga that builds a tower of blocks outside of the database."""

import pytest

from synnefo_core import sagas
from synnefo_core.context import for_worker
from synnefo_core.sagas import Saga, Step, Wait
from synnefo_core.testing.sagas import SagaContract, Trial

OUTSIDE: dict[str, list[str]] = {}
OUTCOMES: dict[str, str] = {}


def put(block):
    def do(run):
        tower = OUTSIDE.setdefault(run.subject_id, [])
        if block not in tower:
            tower.append(block)
        return {block: len(tower)}

    return do


def take(block):
    def undo(run):
        if block in OUTSIDE.get(run.subject_id, []):
            OUTSIDE[run.subject_id].remove(block)

    return undo


def let_dry(run):
    looks = run.data.get("looks", 0)
    return Wait(0.01, {"looks": looks + 1}) if looks < 2 else None


def write(outcome):
    return lambda run, _session: OUTCOMES.update({run.subject_id: outcome})


TOWER = Saga(
    "core.tower",
    [
        Step("foot", put("foot"), undo=take("foot")),
        Step("dry", let_dry),
        Step("top", put("top"), undo=take("top")),
    ],
    succeed=write("stands"),
    fail=write("fallen"),
)


class TestTower(SagaContract):
    saga = TOWER

    @pytest.fixture
    def trial(self, house):
        cloud = house()
        OUTSIDE.clear()
        OUTCOMES.clear()

        def begin():
            with for_worker(cloud).unit_of_work() as session:
                sagas.begin(for_worker(cloud), session, "core.tower", subject_id="t")
            return "t"

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda subject: (
                (["foot", "top"], "stands") == (OUTSIDE[subject], OUTCOMES[subject])
            ),
            is_clean=lambda subject: (
                ([], "fallen") == (OUTSIDE.get(subject, []), OUTCOMES[subject])
            ),
        )
