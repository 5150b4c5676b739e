# SPDX-License-Identifier: Apache-2.0
"""Make a server in its cluster.

The request has reserved row, ports, room and quota. A failed creation leaves nothing in the
cluster and a row in ERROR that stays charged until its owner deletes it (SEM-001, 002). When
the owner deletes meanwhile, the saga unwinds and the row goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

import synnefo_network
from synnefo_compute import actions, cards, observed, states
from synnefo_compute.first_boot import keeping, volume
from synnefo_compute.kinds import CREATE
from synnefo_compute.sagas import apart, first_disks, instances, networks, remove, root_disk
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.recorded import recorded
from synnefo_compute.servers import GIB_MIB
from synnefo_core.contracts.compute import ComputeBackend, DiskSpec, InstanceSpec, PowerState
from synnefo_core.sagas import Run, Saga, Step, Wait


def submit(run: Run) -> Mapping[str, Any] | Wait:
    """Have the cluster make the instance, once it has the networks and its nodes know of the ports."""
    outcome = networks.reach(run)
    if isinstance(outcome, Wait):
        return outcome
    synnefo_network.tell_nodes_of_device(run.context, run.subject_id)
    disks = root_disk.made(run)
    volumes = first_disks.ready(run)
    if isinstance(volumes, Wait):
        return volumes
    spec = _spec(run)

    def create(backend: ComputeBackend) -> str:
        own = root_disk.of_cluster(backend, [*disks, *volumes])
        return backend.lifecycle.create(replace(spec, disks=own or spec.disks))

    return {**outcome, "job_id": instances.call(run, create)}


def _spec(run: Run) -> InstanceSpec:
    row = instances.server(run)
    name = instances.instance_name(run)
    disk = DiskSpec(root_disk.name_of(row.id), row.disk_gib * GIB_MIB)
    return InstanceSpec(
        name=name,
        vcpus=row.vcpus,
        ram_mib=row.ram_mib,
        disk_template=run.data["disk_template"],
        disks=(disk,) if row.disk_gib else (),
        nics=cards.specs(run.context, row.backend_id, networks.ports_of(run)),
        seed=volume.of_server(run.context, row),
        tags=(instances.own_tag(run), *run.data.get("tags", ())),
    )


def follow(run: Run) -> Wait | None:
    """Wait for the job.

    A worker that died between submitting and writing the job down has submitted twice: then
    the second job fails because the name is in use, and the first one's instance is ours.
    """
    job = instances.ended_job(run)
    if isinstance(job, Wait):
        return job
    if job is None or job.already_exists:
        return _await_earlier(run)
    instances.require_success(job)
    return None


def _await_earlier(run: Run) -> Wait | None:
    if instances.pending(run):
        return instances.waiting(run)
    instance = instances.find(run)
    if instance is None or instances.own_tag(run) not in instance.tags:
        msg = "the name of the server is used by another instance of the cluster"
        raise JobFailed(msg)
    return None


def confirm(run: Run) -> dict[str, Any]:
    """Look at what was made."""
    instance = instances.find(run)
    if instance is None:
        msg = "the instance vanished while it was being made"
        raise JobFailed(msg)
    apart.require(run, instance)
    return {"node": instance.node, "is_running": instance.power is PowerState.RUNNING}


def succeed(run: Run, session: Session) -> None:
    """Show the server as it is."""
    row = instances.locked(run, session)
    row.vm_state = states.ACTIVE if run.data["is_running"] else states.STOPPED
    row.task_state, row.node = states.NO_TASK, run.data["node"]
    row.launched_at = row.updated_at = run.context.now()
    keeping.forget_secrets(session, row.id)
    first_disks.settle(run, session)
    actions.end(run, session)


def fail(run: Run, session: Session) -> None:
    """Leave an ERROR that says why, or nothing when the owner deleted it."""
    row = instances.locked(run, session)
    first_disks.give_back(run, session)
    if row.task_state == states.DELETING:
        instances.forget(run, session)
        return
    observed.fail(run.context, row, run.error)
    keeping.forget_secrets(session, row.id)
    actions.end(run, session)


SAGA = recorded(
    Saga(
        CREATE,
        [
            Step("submit", submit, undo=remove.until_gone),
            Step("follow", follow),
            Step("confirm", confirm),
        ],
        succeed=succeed,
        fail=fail,
    )
)
