# SPDX-License-Identifier: Apache-2.0
"""Moves by which one cluster hands an instance to another: look, and submit a job when there is need.

Each is about the one cluster of the run (:func:`~synnefo_compute.sagas.instances.at`). Those of an
undo try a few times; what they can't do they leave, and say so in ``data``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from synnefo_compute.sagas import apart, instances, towards
from synnefo_compute.sagas.instances import JobFailed
from synnefo_core.contracts.compute import (
    BackendError,
    ComputeBackend,
    Instance,
    InstanceSpec,
)
from synnefo_core.contracts.driver import Unavailable
from synnefo_core.contracts.moving import Baggage, Movable, MovingDisk
from synnefo_core.sagas import Run, Wait

log = logging.getLogger(__name__)

PATIENCE = 20
"""So often a cluster that does not answer is asked to give something back: about half a minute."""

NO_WAY_BACK: Mapping[str, Any] = {"stays": True}
"""What a saga remembers when an instance has to stay where it came to."""


def movable(backend: ComputeBackend) -> Movable:
    """Return the facet of a cluster that hands instances to others.

    Raises:
        JobFailed: It has none.
    """
    if backend.movable is None:
        msg = "the cluster does not hand instances to others"
        raise JobFailed(msg)
    return backend.movable


def baggage(run: Run) -> Baggage:
    """Return what goes along."""
    name = instances.instance_name(run)
    return instances.call(run, lambda backend: movable(backend).baggage(name))


def taken_in(
    run: Run, spec: InstanceSpec, packed: Baggage, given: Mapping[str, str]
) -> Mapping[str, Any] | Wait:
    """Make one move towards having it; return how long to wait, or where it is.

    ``given`` are tickets for the disks that are volumes, by the names of the disks.

    Raises:
        JobFailed: The cluster could not take it in, or has another one of this name.
    """
    job_id = run.data.get("job_id")
    job = instances.ended_job(run) if job_id else None
    if isinstance(job, Wait):
        return job
    if job is not None and not job.already_exists:
        instances.require_success(job)
    if instances.pending(run):
        return instances.waiting(run)
    instance = instances.find(run)
    if instance is not None:
        _require_new(run, instance, spec)
        apart.require(run, instance, backend_id=run.data["target"])
        return {"job_id": "", "looks": 0, "node": instance.node}
    if job is not None:
        msg = f"the job {job.id} ended well but the instance is not there"
        raise JobFailed(msg)
    submitted = instances.call(run, _TakeIn(spec, packed, given))
    return Wait(instances.POLL_S[0], {"job_id": submitted, "looks": 0})


class _TakeIn:
    """The call that has an instance made of what is there."""

    def __init__(self, spec: InstanceSpec, packed: Baggage, given: Mapping[str, str]) -> None:
        self._spec, self._packed, self._given = spec, packed, given

    def __call__(self, backend: ComputeBackend) -> str:
        disks = tuple(self._told(backend, disk) for disk in self._packed.disks)
        return movable(backend).take_in(self._spec, replace(self._packed, disks=disks))

    def _told(self, backend: ComputeBackend, disk: MovingDisk) -> MovingDisk:
        ticket = self._given.get(disk.name)
        if ticket is None or backend.volumes is None:
            return disk
        told = backend.volumes.disk(disk.name, size_mib=disk.size_mib, ticket=ticket)
        return replace(disk, parameters=told.parameters)


def _require_new(run: Run, instance: Instance, spec: InstanceSpec) -> None:
    """Refuse an instance of this name that is another one, or was left by an earlier move."""
    if instances.own_tag(run) not in instance.tags:
        msg = "the name of the server is used by another instance of the cluster"
        raise JobFailed(msg)
    asked = spec.vcpus, spec.ram_mib, [nic.mac.lower() for nic in spec.nics]
    found = instance.vcpus, instance.ram_mib, [nic.mac.lower() for nic in instance.nics]
    if asked != found or not towards.is_halted(instance):
        msg = "the cluster has an older instance of the server"
        raise JobFailed(msg)


def given_up(run: Run) -> Mapping[str, Any] | Wait:
    """Make one move towards not having it; return how long to wait, or nothing new.

    Raises:
        JobFailed: The cluster could not give it up.
    """
    job_id = run.data.get("job_id")
    job = instances.ended_job(run) if job_id else None
    if isinstance(job, Wait):
        return job
    if instances.pending(run):
        return instances.waiting(run)
    if instances.find(run) is None:
        return {"job_id": "", "looks": 0}
    if job is not None:
        instances.require_success(job)
        msg = f"the job {job.id} ended well but the instance is still there"
        raise JobFailed(msg)
    submitted = instances.call(run, _GiveUp(instances.instance_name(run)))
    return Wait(instances.POLL_S[0], {"job_id": submitted, "looks": 0})


class _GiveUp:
    """The call that has an instance forgotten."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, backend: ComputeBackend) -> str:
        return movable(backend).give_up(self._name)


def stopped(run: Run) -> Wait | None:
    """Make one move of an undo towards its being stopped; if that can't be, it stays as it is."""
    instance, wait = _now(run)
    if wait or run.data.get("stays") or instance is None or towards.is_halted(instance):
        return wait
    if _is_tried_out(run, "stop"):
        return Wait(0.0, NO_WAY_BACK)
    return _try(run, "stop", lambda backend: backend.lifecycle.stop(instance.name))


def taken_back(
    run: Run, spec: InstanceSpec, packed: Baggage, given: Mapping[str, str]
) -> Wait | None:
    """Make one move of an undo towards having it again; else it stays where it came to."""
    instance, wait = _now(run)
    if wait or instance is not None:
        return wait
    if _is_tried_out(run, "take_back"):
        return Wait(0.0, NO_WAY_BACK)
    return _try(run, "take_back", _TakeIn(spec, packed, given))


def given_back(run: Run) -> Wait | None:
    """Make one move of an undo towards not having it any more.

    One that is left, stopped, is found by reconciliation, since its server is elsewhere. A cluster
    that does not answer is not waited for long: the server is down meanwhile.
    """
    is_away = run.data.get("away_tries", 0) >= PATIENCE
    if is_away or _is_tried_out(run, "give_back"):
        log.error("a second instance of a server may be left", extra={"server": run.subject_id})
        return None
    try:
        instance, wait = _now(run)
        if wait or instance is None or instances.own_tag(run) not in instance.tags:
            return wait
        return _try(run, "give_back", _GiveUp(instance.name))
    except Unavailable as cause:
        return _note(run, "away", cause)


def _now(run: Run) -> tuple[Instance | None, Wait | None]:
    """Return what there is; or, while jobs are under way, how long to wait."""
    if instances.pending(run):
        return None, instances.waiting(run)
    return instances.find(run), None


def _is_tried_out(run: Run, what: str) -> bool:
    return int(run.data.get(f"{what}_tries", 0)) >= towards.TRIES


def _try(run: Run, what: str, submit: Callable[[ComputeBackend], str]) -> Wait:
    """Submit a job and count it; one that was refused counts like one that failed."""
    try:
        instances.call(run, submit)
    except Unavailable:
        raise
    except BackendError as cause:
        return _note(run, what, cause)
    return _note(run, what)


def _note(run: Run, what: str, cause: Exception | None = None) -> Wait:
    if cause is not None:
        log.warning("a move back failed", extra={"server": run.subject_id, "problem": str(cause)})
    tries = f"{what}_tries"
    wait_s = instances.POLL_S[0] if cause is None else instances.POLL_S[-1]
    return Wait(wait_s, {tries: run.data.get(tries, 0) + 1, "looks": 0})
