# SPDX-License-Identifier: Apache-2.0
"""Give a server a volume for a disk, or take one away.

A volume that could not be attached is available again; one that could not be detached stays in use.
Whether the server runs does not matter, nor does it change.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy.orm import Session

import synnefo_volume
from synnefo_compute import attaching, names, volumes
from synnefo_compute.kinds import ATTACH_VOLUME, DETACH_VOLUME
from synnefo_compute.sagas import instances, towards
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.contracts.compute import ComputeBackend, Instance
from synnefo_core.contracts.devices import Volumes
from synnefo_core.errors import InvalidState, NotFound
from synnefo_core.sagas import Run, Saga, Step, Wait

MIB = 2**20


def attach(run: Run) -> Mapping[str, Any] | Wait:
    """Have the cluster give the server a disk that is the volume."""
    call = _Attach(run)
    return towards.forward(run, lambda found: _has(found, call.disk), call)


def undo_attach(run: Run) -> Wait | None:
    """Take the disk away again; one that stays is found by reconciliation."""
    call = _Detach(run)
    return towards.back(run, "attach", lambda found: not _has(found, call.disk), call)


def detach(run: Run) -> Mapping[str, Any] | Wait:
    """Have the cluster take the disk away."""
    call = _Detach(run)
    return towards.forward(run, lambda found: not _has(found, call.disk), call)


def undo_detach(run: Run) -> Wait | None:
    """Put the disk back, unless it is of a volume that is not the server's any more."""
    if not run.data["volume_id"]:
        return None
    try:
        call = _Attach(run)
    except JobFailed:
        return None
    return towards.back(run, "detach", lambda found: _has(found, call.disk), call)


class _Attach:
    """The call that gives a disk.

    Raises:
        JobFailed: The volume is not reserved any more.
    """

    def __init__(self, run: Run) -> None:
        self.disk = names.of_attachment(run.data["attachment_id"])
        try:
            found = synnefo_volume.show_attachment(run.context, run.data["attachment_id"])
        except NotFound as cause:
            msg = "the volume was detached meanwhile"
            raise JobFailed(msg) from cause
        self._told = found.connection["data"]

    def __call__(self, backend: ComputeBackend, name: str) -> str:
        facet, size_mib = _volumes(backend), self._told["size_bytes"] // MIB
        disk = facet.disk(self.disk, size_mib=size_mib, ticket=self._told["ticket"])
        return facet.attach(name, disk)


class _Detach:
    """The call that takes a disk away."""

    def __init__(self, run: Run) -> None:
        self.disk = names.of_attachment(run.data["attachment_id"])

    def __call__(self, backend: ComputeBackend, name: str) -> str:
        return _volumes(backend).detach(name, self.disk)


def _volumes(backend: ComputeBackend) -> Volumes:
    if backend.volumes is None:
        msg = "the cluster gives its instances no volumes"
        raise JobFailed(msg)
    return backend.volumes


def _has(instance: Instance, disk: str) -> bool:
    return any(each.name == disk for each in instance.disks)


def attached(run: Run, session: Session) -> None:
    """Show the volume as in use."""
    row = instances.locked(run, session)
    found = volumes.find(session, run.data["volume_id"])
    # Who has ended the attachment meanwhile has the disk taken away again.
    if found is not None and found.attachment_id == run.data["attachment_id"]:
        attaching.complete(run.context, session, found)
    instances.end(run, session, row)


def not_attached(run: Run, session: Session) -> None:
    """Free the volume; a deletion goes on from here."""
    row = instances.locked(run, session)
    if not instances.goes_on_deleting(run, session, row):
        _free(run, session)
        instances.end(run, session, row)


def detached(run: Run, session: Session) -> None:
    """Free the volume."""
    row = instances.locked(run, session)
    _free(run, session)
    instances.end(run, session, row)


def _free(run: Run, session: Session) -> None:
    volumes.remove(session, run.subject_id, run.data["volume_id"])
    with suppress(NotFound):
        synnefo_volume.delete_attachment(run.context, run.data["attachment_id"])


def not_detached(run: Run, session: Session) -> None:
    """Leave the volume where it is; a deletion goes on from here."""
    row = instances.locked(run, session)
    if instances.goes_on_deleting(run, session, row):
        return
    with suppress(NotFound, InvalidState):
        synnefo_volume.roll_detaching(run.context, run.data["volume_id"])
    instances.end(run, session, row)


ATTACH_SAGA = recorded(
    Saga(
        ATTACH_VOLUME,
        [Step("attach", attach, undo=undo_attach)],
        succeed=attached,
        fail=not_attached,
    )
)
DETACH_SAGA = recorded(
    Saga(
        DETACH_VOLUME,
        [Step("detach", detach, undo=undo_detach)],
        succeed=detached,
        fail=not_detached,
    )
)
