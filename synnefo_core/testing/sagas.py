# SPDX-License-Identifier: Apache-2.0
"""The suite that every saga passes: it runs, unwinds, and bears to be killed anywhere.

A room tests a saga with a class and a fixture::

    from synnefo_core.testing.sagas import SagaContract, Trial

    class TestCreateServer(SagaContract):
        saga = create_server.SAGA

        @pytest.fixture
        def trial(self, cloud, member):
            return Trial(
                cloud,
                begin=lambda: synnefo_compute.create_server(member, SPEC).id,
                is_made=lambda server_id: …,
                is_clean=lambda server_id: …,
            )

Each check begins the saga once and lets a worker run it. The cloud's clock must go on, and
nothing else may work on its database meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from synnefo_core import sagas
from synnefo_core.cloud import Cloud
from synnefo_core.context import for_worker
from synnefo_core.db.models import SagaRow
from synnefo_core.hookspecs import hookimpl
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_core.worker import Worker

Change = Callable[[Step], Step]
Move = tuple[str, str]
"""A step and a phase, as the hook ``saga_step`` tells them."""


@dataclass(frozen=True)
class Trial:
    """What the suite has to know of a saga.

    Attributes:
        cloud: Where it runs.
        begin: Reserves all that the saga needs and begins it; returns its subject's id.
        is_made: Whether the outside has exactly what the saga is to make, and the database says
            so.
        is_clean: Whether the outside has nothing of it, and the database says that it failed.
        cancel: What a user does to stop it; by default :func:`synnefo_core.sagas.cancel`.
        is_cancelled: What is true after that; by default the same as ``is_clean``.
        patience_s: How long the saga may wait altogether.
    """

    cloud: Cloud
    begin: Callable[[], str]
    is_made: Callable[[str], bool]
    is_clean: Callable[[str], bool]
    cancel: Callable[[str], object] | None = None
    is_cancelled: Callable[[str], bool] | None = None
    patience_s: float = 10.0


class Crash(BaseException):
    """The worker is killed: nothing of the core catches this."""


class Failure(Exception):
    """A step fails for good."""


class _Interruption:
    """A hook plugin that does something at the first time that a saga comes to a move."""

    def __init__(self, subject_id: str, move: Move, call: Callable[[str], object]) -> None:
        self._subject_id, self._move, self._call = subject_id, move, call
        self.has_happened = False

    @hookimpl
    def saga_step(self, step: str, phase: str) -> None:
        if (step, phase) == self._move and not self.has_happened:
            self.has_happened = True
            self._call(self._subject_id)


class SagaContract:
    """What every saga does; parametrised over its steps."""

    saga: ClassVar[Saga]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make a test of each step, and of each move of the worker."""
        steps = [step.name for step in self.saga.steps]
        undone = [step.name for step in self.saga.steps if step.undo is not None]
        if "step" in metafunc.fixturenames:
            metafunc.parametrize("step", steps)
        if "move" in metafunc.fixturenames:
            moves = [(step, phase) for step in steps for phase in ("do", "done")]
            metafunc.parametrize("move", moves, ids="-".join)
        if "undo_move" in metafunc.fixturenames:
            moves = [(step, phase) for step in undone for phase in ("undo", "undone")]
            metafunc.parametrize("undo_move", moves, ids="-".join)

    def test_all_steps_run(self, trial: Trial) -> None:
        subject_id = trial.begin()

        _work(trial, self.saga)

        _require_made(trial, self.saga, subject_id)

    def test_every_step_may_run_twice(self, trial: Trial) -> None:
        subject_id = trial.begin()

        _work(trial, _changed(self.saga, _does_twice))

        _require_made(trial, self.saga, subject_id)

    def test_a_step_that_never_begins_leaves_nothing(self, trial: Trial, step: str) -> None:
        subject_id = trial.begin()

        _work(trial, _changed(self.saga, _fails_before, only=step))

        _require_clean(trial, self.saga, subject_id)

    def test_a_step_that_fails_at_its_end_leaves_nothing(self, trial: Trial, step: str) -> None:
        subject_id = trial.begin()

        _work(trial, _changed(self.saga, _fails_after, only=step))

        _require_clean(trial, self.saga, subject_id)

    def test_every_undo_may_run_twice(self, trial: Trial) -> None:
        subject_id = trial.begin()

        _work(trial, _undoing(self.saga, _undoes_twice))

        _require_clean(trial, self.saga, subject_id)

    def test_an_undo_that_fails_is_tried_again(self, trial: Trial) -> None:
        subject_id = trial.begin()

        _work(trial, _undoing(self.saga, _fails_to_undo_once))

        _require_clean(trial, self.saga, subject_id)

    def test_a_killed_worker_is_made_good(self, trial: Trial, move: Move) -> None:
        subject_id = trial.begin()

        _work_and_die(trial, self.saga, subject_id, move)
        _work(trial, self.saga)

        _require_made(trial, self.saga, subject_id)

    def test_a_worker_killed_while_undoing_is_made_good(
        self, trial: Trial, undo_move: Move
    ) -> None:
        subject_id = trial.begin()
        failing = _undoing(self.saga, lambda step: step)

        _work_and_die(trial, failing, subject_id, undo_move)
        _work(trial, failing)

        _require_clean(trial, self.saga, subject_id)

    def test_cancelled_anywhere_it_ends_undone(self, trial: Trial, move: Move) -> None:
        subject_id = trial.begin()
        cancel = trial.cancel or (lambda subject: _cancel(trial.cloud, self.saga, subject))

        with _interrupted(trial, subject_id, move, cancel):
            _work(trial, self.saga)

        assert sagas.UNDONE == _state(trial, self.saga, subject_id)
        assert (trial.is_cancelled or trial.is_clean)(subject_id)


def _work(trial: Trial, saga: Saga) -> None:
    """Let a worker that knows this definition do all that there is."""
    worker = Worker(trial.cloud)
    worker.runner.definitions[saga.name] = saga
    # There is no other process: what a dead worker held is free.
    sagas.forget_leases(for_worker(trial.cloud))
    worker.drain(patience_s=trial.patience_s)


def _work_and_die(trial: Trial, saga: Saga, subject_id: str, move: Move) -> None:
    def die(_subject_id: str) -> None:
        raise Crash

    with _interrupted(trial, subject_id, move, die), pytest.raises(Crash):
        _work(trial, saga)


@contextmanager
def _interrupted(
    trial: Trial, subject_id: str, move: Move, call: Callable[[str], object]
) -> Iterator[None]:
    interruption = _Interruption(subject_id, move, call)
    with trial.cloud.plugins.also(interruption):
        yield
    assert interruption.has_happened, f"the saga never came to {move}"


def _cancel(cloud: Cloud, saga: Saga, subject_id: str) -> None:
    context = for_worker(cloud)
    with context.unit_of_work() as session:
        assert sagas.cancel(context, session, subject_id, [saga.name])


def _row(trial: Trial, saga: Saga, subject_id: str) -> SagaRow:
    query = select(SagaRow).where(SagaRow.kind == saga.name, SagaRow.subject_id == subject_id)
    with trial.cloud.database.reading() as session:
        return session.scalars(query).one()


def _state(trial: Trial, saga: Saga, subject_id: str) -> str:
    return _row(trial, saga, subject_id).state


def _require_made(trial: Trial, saga: Saga, subject_id: str) -> None:
    row = _row(trial, saga, subject_id)
    assert (sagas.DONE, "") == (row.state, row.error)
    assert trial.is_made(subject_id)


def _require_clean(trial: Trial, saga: Saga, subject_id: str) -> None:
    row = _row(trial, saga, subject_id)
    assert (sagas.UNDONE, "a trial") == (row.state, row.error)
    assert trial.is_clean(subject_id)


# -- Definitions that go wrong ---------------------------------------------------------------


def _changed(saga: Saga, change: Change, *, only: str = "") -> Saga:
    steps = [change(step) if only in ("", step.name) else step for step in saga.steps]
    return replace(saga, steps=steps)


def _undoing(saga: Saga, change: Change) -> Saga:
    """Return a saga whose last step fails when all is done."""
    changed = _changed(saga, change)
    return _changed(changed, _fails_after, only=saga.steps[-1].name)


def _does_twice(step: Step) -> Step:
    def do(run: Run) -> Mapping[str, Any] | Wait | None:
        step.do(run)
        return step.do(run)

    return replace(step, do=do)


def _fails_before(step: Step) -> Step:
    def do(_run: Run) -> None:
        raise Failure("a trial")

    return replace(step, do=do)


def _fails_after(step: Step) -> Step:
    def do(run: Run) -> Wait:
        outcome = step.do(run)
        if isinstance(outcome, Wait):
            return outcome
        raise Failure("a trial")

    return replace(step, do=do)


def _undoes_twice(step: Step) -> Step:
    undo = step.undo
    if undo is None:
        return step

    def twice(run: Run) -> Wait | None:
        undo(run)
        return undo(run)

    return replace(step, undo=twice)


def _fails_to_undo_once(step: Step) -> Step:
    undo, failed = step.undo, list[str]()
    if undo is None:
        return step

    def fails_once(run: Run) -> Wait | None:
        outcome = undo(run)
        if not failed:
            failed.append(step.name)
            raise Failure("an undo's trial")
        return outcome

    return replace(step, undo=fails_once)
