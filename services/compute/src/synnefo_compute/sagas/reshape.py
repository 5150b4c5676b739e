# SPDX-License-Identifier: Apache-2.0
"""The steps that give an instance other processors and memory, and their undo.

``data`` has ``origin`` and ``target``, each of processors and MiB, and ``is_running``. Ganeti
changes neither in what runs, so the instance is stopped and started again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synnefo_compute.sagas import instances, towards
from synnefo_compute.sagas.instances import JobFailed
from synnefo_core.contracts.compute import ComputeBackend, Instance
from synnefo_core.sagas import Run, Step, Wait


def halt(run: Run) -> Mapping[str, Any] | Wait:
    """Stop the instance."""
    return towards.forward(run, towards.is_halted, towards.stop)


def change(run: Run) -> Mapping[str, Any] | Wait:
    """Give it the hardware."""
    size = run.data["target"]
    return towards.forward(run, lambda found: _has(found, size), _Change(size))


def resume(run: Run) -> Mapping[str, Any] | Wait | None:
    """Start it if it ran before."""
    if not run.data["is_running"]:
        return None
    return towards.forward(run, towards.is_running, towards.start)


def undo_resume(run: Run) -> Wait | None:
    """Stop it again: hardware is only taken from what is stopped."""
    if not run.data["is_running"]:
        return None
    if _is_unchanged(run):
        return None
    return towards.back(run, "resume", towards.is_halted, towards.stop)


def undo_change(run: Run) -> Wait | None:
    """Give it what it had."""
    size = run.data["origin"]
    return towards.back(run, "change", lambda found: _has(found, size), _Change(size))


def undo_halt(run: Run) -> Wait | None:
    """Start it if it ran before, and remember what it has come to."""
    if run.data["is_running"]:
        wait = towards.back(run, "halt", towards.is_running, towards.start)
        if wait is not None:
            return wait
    if "left" in run.data or towards.is_given_up(run):
        return None
    return Wait(0.0, {"left": _left(run, instances.find(run))})


def _is_unchanged(run: Run) -> bool:
    instance = instances.find(run)
    return instance is None or _has(instance, run.data["origin"])


def _left(run: Run, instance: Instance | None) -> dict[str, Any]:
    if instance is None:
        return {"size": [], "is_running": False}
    size = [instance.vcpus, instance.ram_mib]
    return {"size": size, "is_running": towards.seen(run, instance)["is_up"]}


def _has(instance: Instance, size: Sequence[int]) -> bool:
    return [instance.vcpus, instance.ram_mib] == list(size)


class _Change:
    """The call that gives an instance so many processors and MiB."""

    def __init__(self, size: Sequence[int]) -> None:
        self._vcpus, self._ram_mib = size

    def __call__(self, backend: ComputeBackend, name: str) -> str:
        if backend.reshape is None:
            msg = "the cluster does not change instances"
            raise JobFailed(msg)
        return backend.reshape.resize(name, vcpus=self._vcpus, ram_mib=self._ram_mib)


STEPS = (
    Step("halt", halt, undo=undo_halt),
    Step("change", change, undo=undo_change),
    Step("resume", resume, undo=undo_resume),
)
