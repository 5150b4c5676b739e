# SPDX-License-Identifier: Apache-2.0
"""What the sagas of a server do to its own disk, if it has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import synnefo_volume
from synnefo_compute.sagas import instances, towards
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.servers import GIB_MIB
from synnefo_core.contracts.compute import ComputeBackend, DiskSpec
from synnefo_core.sagas import Run, Wait


@dataclass(frozen=True)
class Given:
    """A volume that a cluster is to have for a disk."""

    name: str
    size_mib: int
    ticket: str


def name_of(server_id: str) -> str:
    """Return the name of a server's own disk in its cluster."""
    return f"disk-{server_id}"


def made(run: Run) -> Sequence[Given]:
    """Make the disk of a new server, if it is to have one here."""
    if not run.data.get("has_own_disk"):
        return ()
    ticket = synnefo_volume.make_own_disk(run, image_store=run.data["image_store"])
    size_mib = instances.server(run).disk_gib * GIB_MIB
    return (Given(name_of(run.subject_id), size_mib, ticket),)


def of_cluster(backend: ComputeBackend, given: Sequence[Given]) -> tuple[DiskSpec, ...]:
    """Return volumes as disks of a cluster.

    Raises:
        JobFailed: It takes none.
    """
    if not given:
        return ()
    if backend.volumes is None:
        msg = "the cluster has no volumes for disks"
        raise JobFailed(msg)
    return tuple(
        backend.volumes.disk(each.name, size_mib=each.size_mib, ticket=each.ticket)
        for each in given
    )


def rewrite(run: Run) -> Mapping[str, Any] | Wait | None:
    """Let the disk begin with the image again; the server is stopped for it."""
    if not run.data.get("has_own_disk"):
        return None
    if not run.data.get("is_rewriting"):
        outcome = towards.forward(run, towards.is_halted, towards.stop)
        if isinstance(outcome, Wait):
            return outcome
        return Wait(0.0, {**outcome, "is_rewriting": True})
    return synnefo_volume.rewrite_own_disk(run, image_store=run.data["image_store"])


def grow(run: Run, *, size_mib: int) -> Wait | None:
    """Have the disk grow, before the cluster is told."""
    if not run.data.get("has_own_disk"):
        return None
    return synnefo_volume.grow_own_disk(run, size_gib=size_mib // GIB_MIB)


def let_go(run: Run) -> None:
    """Let others work on the disk again."""
    if run.data.get("has_own_disk"):
        synnefo_volume.let_go_of_own_disk(run)
