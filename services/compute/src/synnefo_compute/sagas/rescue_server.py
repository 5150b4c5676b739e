# SPDX-License-Identifier: Apache-2.0
"""Restart a server from a medium, or from its own disk again.

``data`` has ``is_running``, whether it ran before, and ``from``, what it was; for a rescue the
``medium``, too. From what it started (``origin``) and is to start (``target``) is written down
before anything is changed, so that whoever goes on after a crash puts the right thing back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from synnefo_compute import actions, observed, states
from synnefo_compute.kinds import RESCUE, UNRESCUE
from synnefo_compute.models import ServerRow
from synnefo_compute.sagas import instances, towards
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.contracts.compute import ComputeBackend, Instance, InstanceMissing
from synnefo_core.contracts.rescue import Boot, Rescue
from synnefo_core.sagas import Run, Saga, Step, Wait

MEDIUM_GRACE_S = 20
"""So long a system of a medium has to shut down: few hear the power button at all."""


def remember(run: Run) -> dict[str, Any]:
    """Write down from what it starts, and from what it is to start.

    One that was not put back after an earlier rescue has still to go back to what it had then.
    """
    own_boot = instances.server(run).own_boot
    origin = _boot(run)
    if origin is None:
        msg = "the cluster has no such instance"
        raise JobFailed(msg)
    if "medium" not in run.data:
        return {"origin": origin, "target": own_boot or origin}
    target = instances.call(run, lambda backend: _rescue(backend).media.get(run.data["medium"]))
    if target is None:
        msg = "the cluster has this medium no more"
        raise JobFailed(msg)
    return {"origin": origin, "target": dict(target), "own_boot": own_boot or origin}


def halt(run: Run) -> Mapping[str, Any] | Wait:
    """Stop the instance; what runs from a medium is not waited for long."""
    submit = towards.stop if "medium" in run.data else _stop_medium
    return towards.forward(run, towards.is_halted, submit)


def _stop_medium(backend: ComputeBackend, name: str) -> str:
    return backend.lifecycle.stop(name, grace_s=MEDIUM_GRACE_S)


def change(run: Run) -> Mapping[str, Any] | Wait:
    """Have it start from the target."""
    target = run.data["target"]
    return towards.forward(run, lambda _: _boot(run) == target, _Change(target))


def start(run: Run) -> Mapping[str, Any] | Wait:
    """Start it."""
    return towards.forward(run, towards.is_running, towards.start)


def undo_start(run: Run) -> Wait | None:
    """Stop it again, unless it starts from what it did before."""
    if _boot(run) in (None, run.data["origin"]):
        return None
    return towards.back(run, "start", towards.is_halted, towards.stop)


def undo_change(run: Run) -> Wait | None:
    """Have it start from what it did before."""
    origin = run.data["origin"]
    return towards.back(run, "change", lambda _: _boot(run) == origin, _Change(origin))


def undo_halt(run: Run) -> Wait | None:
    """Start it if it ran before, and remember what it has come to."""
    if run.data["is_running"]:
        wait = towards.back(run, "halt", towards.is_running, towards.start)
        if wait is not None:
            return wait
    if "left" in run.data or towards.is_given_up(run):
        return None
    return Wait(0.0, {"left": _left(run, instances.find(run))})


def _left(run: Run, instance: Instance | None) -> dict[str, Any]:
    if instance is None:
        return {"boot": None, "is_running": False}
    return {"boot": _boot(run), "is_running": towards.seen(run, instance)["is_up"]}


def _boot(run: Run) -> dict[str, Any] | None:
    """Return from what the instance starts; None if there is no instance."""
    name = instances.instance_name(run)
    try:
        return dict(instances.call(run, lambda backend: _rescue(backend).boot(name)))
    except InstanceMissing:
        return None


def _rescue(backend: ComputeBackend) -> Rescue:
    if backend.rescue is None:
        msg = "the cluster rescues no instances"
        raise JobFailed(msg)
    return backend.rescue


class _Change:
    """The call that lets an instance start from something."""

    def __init__(self, boot: Boot) -> None:
        self._boot = boot

    def __call__(self, backend: ComputeBackend, name: str) -> str:
        return _rescue(backend).set_boot(name, self._boot)


def rescued(run: Run, session: Session) -> None:
    """Show that it runs from the medium, and keep what it is to go back to."""
    row = _settle(run, session)
    row.vm_state, row.own_boot = states.RESCUED, run.data["own_boot"]


def unrescued(run: Run, session: Session) -> None:
    """Show it as it is."""
    _settle(run, session).own_boot = {}


def _settle(run: Run, session: Session) -> ServerRow:
    row = instances.locked(run, session)
    observed.settle(run.context, row, is_running=run.data["is_up"], is_forced=True)
    row.node = run.data["node"]
    row.fault, row.fault_at = "", 0.0
    actions.end(run, session)
    return row


def failed(run: Run, session: Session) -> None:
    """Show it as it was, and why; in error if it was not put back. A deletion goes on from here."""
    row = instances.locked(run, session)
    if instances.goes_on_deleting(run, session, row):
        return
    left = run.data.get("left")
    is_running = left["is_running"] if left else run.data["is_running"]
    observed.settle(run.context, row, is_running=is_running, is_forced=True)
    if run.data["from"] in (states.RESCUED, states.ERROR):
        row.vm_state = run.data["from"]
    if left and left["boot"] != run.data["origin"]:
        row.vm_state, row.own_boot = states.ERROR, run.data.get("own_boot") or row.own_boot
    row.fault, row.fault_at = run.error, run.context.now()
    actions.end(run, session)


_STEPS = (
    Step("remember", remember),
    Step("halt", halt, undo=undo_halt),
    Step("change", change, undo=undo_change),
    Step("start", start, undo=undo_start),
)

RESCUE_SAGA = recorded(Saga(RESCUE, _STEPS, succeed=rescued, fail=failed))
UNRESCUE_SAGA = recorded(Saga(UNRESCUE, _STEPS, succeed=unrescued, fail=failed))
