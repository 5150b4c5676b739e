# SPDX-License-Identifier: Apache-2.0
"""Sagas: work on the outside, as a table of steps with their undo.

The request's transaction reserves everything in the database and calls :func:`begin`; the
worker then runs the steps. The rules:

* A step may run twice: it must find what it did the first time.
* An undo must work though its step half-ran, and may run twice. It is tried until it works.
* A step that fails for a while (:class:`~synnefo_core.contracts.driver.Unavailable`) is
  tried again; any other exception unwinds the saga.
* A worker holds a saga by a lease. What a step returned is committed only under the epoch
  of the claim, so a worker that was taken for dead can't overwrite its successor.
* Writing the outcome (``succeed``, ``fail``) is tried until it works.
* :func:`cancel` marks the saga; it is seen between steps and while waiting, and unwinds.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    bindparam,
    delete,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from synnefo_core import errors, logs, metrics, wake
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts import driver
from synnefo_core.db.among import among
from synnefo_core.db.models import SagaRow
from synnefo_core.db.prepared import Prepared
from synnefo_core.db.session import after_commit, changed_rows

log = logging.getLogger(__name__)

RUNNING = "running"
"""Going forward."""
UNWINDING = "unwinding"
"""Undoing what was done, last step first."""
DONE = "done"
"""All steps succeeded."""
UNDONE = "undone"
"""All that was done has been undone."""

LIVE = (RUNNING, UNWINDING)
_ENDED = (DONE, UNDONE)
_AT_ONCE = 1000
_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True)
class Wait:
    """Returned by a step that is not done yet: call it again after so many seconds.

    ``data`` is kept meanwhile.
    """

    seconds: float
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What a step is told.

    Attributes:
        context: An administrator's context with the request id of the request that began it.
        saga_id: The saga's id.
        subject_id: The id of the thing that it is about.
        data: What :func:`begin` was given and what earlier steps returned.
        error: Why it unwinds; empty otherwise.
        is_cancelled: Whether it unwinds because it was told to.
        attempt: How often this step has failed in a row.
    """

    context: RequestContext
    saga_id: str
    subject_id: str
    data: Mapping[str, Any]
    error: str = ""
    is_cancelled: bool = False
    attempt: int = 0


Do = Callable[[Run], Mapping[str, Any] | Wait | None]
Undo = Callable[[Run], Wait | None]
Finish = Callable[[Run, Session], None]


@dataclass(frozen=True)
class Step:
    """One step; ``attempts`` bounds the tries while the outside is unavailable (24: 9 minutes)."""

    name: str
    do: Do
    undo: Undo | None = None
    attempts: int = 24


@dataclass(frozen=True)
class Saga:
    """A definition.

    Attributes:
        name: Unique: "compute.create_server".
        steps: In order.
        succeed: Writes the outcome, in the transaction that ends the saga.
        fail: The same, once everything is undone.
    """

    name: str
    steps: Sequence[Step]
    succeed: Finish | None = None
    fail: Finish | None = None


class LostLease(Exception):  # an event between workers, not an error of anybody
    """Another worker has taken the saga over."""


def begin(
    context: RequestContext,
    session: Session,
    kind: str,
    *,
    subject_id: str,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Begin a saga inside the caller's unit of work; return its id."""
    now = context.now()
    row = SagaRow(
        id=str(uuid.uuid4()),
        kind=kind,
        subject_id=subject_id,
        request_id=context.request_id,
        state=RUNNING,
        position=0,
        data=dict(data or {}),
        due_at=now,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    after_commit(session, wake.bell(context.cloud).ring)
    return row.id


def cancel(
    context: RequestContext, session: Session, subject_id: str, kinds: Sequence[str]
) -> bool:
    """Have a thing's sagas of some kinds unwind soon; return whether there are any."""
    theirs = (SagaRow.subject_id == subject_id, SagaRow.kind.in_(kinds))
    count = changed_rows(
        session,
        update(SagaRow)
        .where(*theirs, SagaRow.state == RUNNING)
        .values(is_cancelled=True, due_at=context.now()),
    )
    after_commit(session, wake.bell(context.cloud).ring)
    unwinding = select(SagaRow.id).where(*theirs, SagaRow.state == UNWINDING)
    return count > 0 or session.execute(unwinding.limit(1)).first() is not None


@dataclass
class Claim:
    """A saga that this worker may run until the lease ends."""

    id: str
    kind: str
    subject_id: str
    request_id: str
    epoch: int
    state: str
    position: int
    data: dict[str, Any]
    attempts: int
    error: str
    is_cancelled: bool


_TOLD = [each.name for each in fields(Claim)]
_saga: Table = SagaRow.__table__  # type: ignore[assignment]  # declared as FromClause
_due = _saga.alias()


def _first_due(*columns: ColumnElement[Any], state: ColumnElement[str]) -> Select[Any]:
    """Select the saga of a state that has been due longest: the first of an index, however many there are."""
    return (
        select(*columns)
        .where(
            _due.c.state == state,
            _due.c.due_at <= bindparam("moment"),
            _due.c.leased_until <= bindparam("moment"),
            among(_due.c.kind, "kinds"),
        )
        .order_by(_due.c.due_at)
        .limit(1)
    )


_of_states = union_all(
    *(
        select(_first_due(_due.c.state, _due.c.due_at, state=literal(state)).subquery())
        for state in LIVE
    )
).subquery()
_DUE_STATE = Prepared(select(_of_states.c.state).order_by(_of_states.c.due_at).limit(1))
_wanted = _first_due(_due.c.id, state=bindparam("wanted_state"))
_CLAIM = Prepared(
    update(_saga)
    .where(_saga.c.id == _wanted.with_for_update(skip_locked=True).scalar_subquery())
    .values(
        owner=bindparam("taker"),
        epoch=_saga.c.epoch + 1,
        leased_until=bindparam("leased_to"),
    )
    .returning(*(_saga.c[name] for name in _TOLD))
)
_LOCK = Prepared(
    select(_saga.c.is_cancelled).where(_saga.c.id == bindparam("saga_id")).with_for_update()
)
_WRITE = Prepared(
    update(_saga)
    .where(_saga.c.id == bindparam("saga_id"), _saga.c.epoch == bindparam("claimed_epoch"))
    .returning(_saga.c.is_cancelled)
)
"""Of a saga under the epoch of its claim; the columns are those whose values are given."""


def claim(
    context: RequestContext, kinds: Sequence[str], *, owner: str, lease_s: float
) -> Claim | None:
    """Take the saga that has been due longest, or None; then nothing is written.

    Only kinds that are known here are taken: the sagas of an absent plugin wait for it.
    """
    now = context.now()
    due = {"moment": now, "kinds": kinds}
    with context.reading() as session:
        found = _DUE_STATE.first(session, due)
    if found is None:
        return None
    lease = {"wanted_state": found.state, "taker": owner, "leased_to": now + lease_s}
    with context.unit_of_work() as session:
        row = _CLAIM.first(session, {**due, **lease})
    return None if row is None else Claim(**row._asdict())


def next_due(context: RequestContext, kinds: Sequence[str]) -> float | None:
    """Return the moment at which the next saga that nobody holds is due, None for never."""
    query = select(func.min(SagaRow.due_at)).where(
        SagaRow.state.in_(LIVE), SagaRow.leased_until <= context.now(), SagaRow.kind.in_(kinds)
    )
    with context.reading() as session:
        return session.scalar(query)


def renew(context: RequestContext, claims: Sequence[Claim], *, owner: str, lease_s: float) -> None:
    """Prolong the leases of sagas that are still being run."""
    with context.unit_of_work() as session:
        session.execute(
            update(SagaRow)
            .where(SagaRow.id.in_([held.id for held in claims]), SagaRow.owner == owner)
            .values(leased_until=context.now() + lease_s)
        )


def forget_leases(context: RequestContext) -> None:
    """End all leases at once: for a process that knows that it is the only one."""
    with context.unit_of_work() as session:
        session.execute(
            update(SagaRow)
            .where(SagaRow.state.in_(LIVE))
            .values(owner="", leased_until=0.0, epoch=SagaRow.epoch + 1)
        )


def forget_ended(context: RequestContext) -> None:
    """Remove the sagas that ended ``[worker] keep_ended_s`` ago or earlier, some at a time."""
    ended_before = context.now() - context.cloud.config.worker.keep_ended_s
    # A saga is never due after its end; that is what the index knows.
    old = select(SagaRow.id).where(
        SagaRow.state.in_(_ENDED),
        SagaRow.due_at <= ended_before,
        SagaRow.updated_at <= ended_before,
    )
    removal = delete(SagaRow).where(SagaRow.id.in_(old.limit(_AT_ONCE).scalar_subquery()))
    removed = _AT_ONCE
    while removed == _AT_ONCE:
        with context.unit_of_work() as session:
            removed = changed_rows(session, removal.execution_options(synchronize_session=False))


class Runner:
    """Runs claimed sagas, one at a time, until they end or wait.

    Attributes:
        definitions: The sagas that are known here, by name.
    """

    def __init__(
        self,
        context: RequestContext,
        definitions: Sequence[Saga],
        *,
        is_ending: Callable[[], bool] = lambda: False,
    ) -> None:
        """Know the definitions; once ``is_ending`` says so, sagas are left between two moves.

        Raises:
            ValueError: Two have one name.
        """
        self._context, self._is_ending = context, is_ending
        self.definitions = {saga.name: saga for saga in definitions}
        if len(self.definitions) != len(definitions):
            msg = "two sagas have one name"
            raise ValueError(msg)

    def run(self, claimed: Claim) -> None:
        """Run a saga until it ends or waits."""
        with logs.request(claimed.request_id):
            try:
                self._move(self.definitions[claimed.kind], claimed)
            except LostLease:
                log.warning("saga taken over", extra={"saga": claimed.id, "kind": claimed.kind})

    def _move(self, saga: Saga, claimed: Claim) -> None:
        while self._advance(saga, claimed):
            if self._is_ending():
                self._wait(claimed, Wait(0.0))
                return

    def _advance(self, saga: Saga, claimed: Claim) -> bool:
        """Make one move; return whether there is another one to make now."""
        if claimed.state == RUNNING and claimed.is_cancelled:
            self._turn(claimed, "cancelled")
            return True
        if claimed.state == RUNNING:
            if claimed.position == len(saga.steps):
                return self._finish(saga, claimed, DONE, saga.succeed)
            return self._do(saga.steps[claimed.position], claimed)
        if claimed.position < 0:
            return self._finish(saga, claimed, UNDONE, saga.fail)
        return self._undo(saga.steps[claimed.position], claimed)

    def _do(self, step: Step, claimed: Claim) -> bool:
        self._tell(claimed, step, "do")
        try:
            outcome = step.do(self._told(claimed))
        except (driver.Unavailable, errors.Unavailable) as cause:
            return self._try_again(step, claimed, cause)
        except Exception as cause:
            log.warning(
                "saga step failed",
                extra={"saga": claimed.id, "step": step.name, "problem": str(cause)},
                exc_info=not isinstance(cause, driver.DriverError | errors.CloudError),
            )
            self._turn(claimed, str(cause) or type(cause).__name__)
            return True
        self._tell(claimed, step, "done")
        claimed.attempts = 0
        if isinstance(outcome, Wait):
            return self._wait(claimed, outcome)
        claimed.data |= outcome or {}
        claimed.position += 1
        self._save(claimed)
        return True

    def _try_again(self, step: Step, claimed: Claim, cause: Exception) -> bool:
        claimed.attempts += 1
        if claimed.attempts >= step.attempts:
            self._turn(claimed, str(cause) or type(cause).__name__)
            return True
        log.info(
            "saga step tried again later",
            extra={"saga": claimed.id, "step": step.name, "problem": str(cause)},
        )
        return self._wait(claimed, Wait(_backoff(claimed.attempts)))

    def _undo(self, step: Step, claimed: Claim) -> bool:
        outcome: Wait | None = None
        if step.undo is not None:
            self._tell(claimed, step, "undo")
            try:
                outcome = step.undo(self._told(claimed))
            except Exception as cause:
                return self._insist(claimed, f"undo of {step.name}", cause)
            self._tell(claimed, step, "undone")
        claimed.attempts = 0
        if outcome is not None:
            return self._wait(claimed, outcome)
        claimed.position -= 1
        self._save(claimed)
        return True

    def _insist(self, claimed: Claim, what: str, cause: Exception) -> bool:
        """Try what must work again later."""
        claimed.attempts += 1
        log.warning(
            "saga could not go on, tried again later",
            extra={"saga": claimed.id, "at": what, "problem": str(cause)},
            exc_info=not isinstance(cause, driver.DriverError | errors.CloudError),
        )
        return self._wait(claimed, Wait(_backoff(claimed.attempts)))

    def _turn(self, claimed: Claim, error: str) -> None:
        """Begin to unwind, the step that failed included: it may have half-run."""
        claimed.state, claimed.error, claimed.attempts = UNWINDING, error, 0
        claimed.position = min(claimed.position, len(self.definitions[claimed.kind].steps) - 1)
        self._save(claimed)

    def _wait(self, claimed: Claim, wait: Wait) -> bool:
        claimed.data |= wait.data
        now = self._context.now()
        values = {"due_at": now + wait.seconds, "leased_until": 0.0, "owner": ""}
        with self._context.unit_of_work() as session:
            self._write(session, claimed, values)
            if claimed.is_cancelled and claimed.state == RUNNING:
                self._write(session, claimed, {"due_at": now})  # do not sit out the wait
        return False

    def _finish(self, saga: Saga, claimed: Claim, state: str, write: Finish | None) -> bool:
        try:
            with self._context.unit_of_work() as session:
                # Locked before anything that ``write`` locks: whoever cancels does the same.
                row = _LOCK.first(session, {"saga_id": claimed.id})
                if row is None:
                    raise LostLease(claimed.id)
                if state == DONE and row.is_cancelled:
                    claimed.is_cancelled = True
                    return True
                self._write(session, claimed, {"state": state, "owner": "", "leased_until": 0.0})
                if write is not None:
                    write(self._told(claimed), session)
        except LostLease:
            raise
        except Exception as cause:
            return self._insist(claimed, f"outcome {state}", cause)
        metrics.SAGAS.labels(saga.name, state).inc()
        log.info("saga ended", extra={"saga": claimed.id, "kind": saga.name, "state": state})
        return False

    def _save(self, claimed: Claim) -> None:
        with self._context.unit_of_work() as session:
            self._write(session, claimed, {})

    def _write(self, session: Session, claimed: Claim, values: Mapping[str, Any]) -> None:
        """Write a saga down under the epoch of its claim; see whether it was cancelled."""
        written = {
            "state": claimed.state,
            "position": claimed.position,
            "data": claimed.data,
            "attempts": claimed.attempts,
            "error": claimed.error,
            "updated_at": self._context.now(),
            **values,
        }
        which = {"saga_id": claimed.id, "claimed_epoch": claimed.epoch}
        found = _WRITE.first(session, {**written, **which})
        if found is None:
            raise LostLease(claimed.id)
        claimed.is_cancelled = found.is_cancelled

    def _told(self, claimed: Claim) -> Run:
        return Run(
            context=for_worker(self._context.cloud, claimed.request_id),
            saga_id=claimed.id,
            subject_id=claimed.subject_id,
            data=dict(claimed.data),
            error=claimed.error,
            is_cancelled=claimed.is_cancelled,
            attempt=claimed.attempts,
        )

    def _tell(self, claimed: Claim, step: Step, phase: str) -> None:
        self._context.cloud.plugins.hook.saga_step(
            saga=claimed.kind, saga_id=claimed.id, step=step.name, phase=phase
        )


def _backoff(attempts: int) -> float:
    return _BACKOFF_S[min(attempts, len(_BACKOFF_S)) - 1]
