# SPDX-License-Identifier: Apache-2.0
"""Give a server another size, which then waits for its owner's decision; or go back to the old one.

A failed change is undone, and the server shown as it is: in error only if not even that worked.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from synnefo_compute import actions, observed, resizing, states
from synnefo_compute.kinds import RESIZE, REVERT
from synnefo_compute.models import ServerRow
from synnefo_compute.sagas import instances, reshape
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.sagas import Run, Saga


def resized(run: Run, session: Session) -> None:
    """Show the new flavor, and hold the old one until it is decided."""
    row = instances.locked(run, session)
    resizing.swap(row)
    row.resized_at = run.context.now()
    _settle(run, session, row)
    row.vm_state = states.RESIZED


def not_resized(run: Run, session: Session) -> None:
    """Show the server with its own flavor, and why; a deletion goes on from here."""
    row = instances.locked(run, session)
    if instances.goes_on_deleting(run, session, row):
        return
    with resizing.recharged(run.context, row):
        resizing.drop(row)
    _show_left(run, session, row)


def reverted(run: Run, session: Session) -> None:
    """Show the old flavor again."""
    row = instances.locked(run, session)
    with resizing.recharged(run.context, row):
        resizing.swap(row)
        resizing.drop(row)
    _settle(run, session, row)


def not_reverted(run: Run, session: Session) -> None:
    """Leave the decision open; a deletion goes on from here."""
    row = instances.locked(run, session)
    if not instances.goes_on_deleting(run, session, row):
        _show_left(run, session, row, is_resized=True)


def _settle(run: Run, session: Session, row: ServerRow) -> None:
    observed.settle(run.context, row, is_running=run.data["is_running"], is_forced=True)
    row.node = run.data["node"]
    row.fault, row.fault_at = "", 0.0
    actions.end(run, session)


def _show_left(run: Run, session: Session, row: ServerRow, *, is_resized: bool = False) -> None:
    """Show what a change that was undone has left; in error if the size is not what it was."""
    left = run.data["left"]
    observed.settle(run.context, row, is_running=left["is_running"], is_forced=True)
    if is_resized:
        row.vm_state = states.RESIZED
    if left["size"] != run.data["origin"]:
        row.vm_state = states.ERROR
    row.fault, row.fault_at = run.error, run.context.now()
    actions.end(run, session)


RESIZE_SAGA = recorded(Saga(RESIZE, reshape.STEPS, succeed=resized, fail=not_resized))
REVERT_SAGA = recorded(Saga(REVERT, reshape.STEPS, succeed=reverted, fail=not_reverted))
