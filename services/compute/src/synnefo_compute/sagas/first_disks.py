# SPDX-License-Identifier: Apache-2.0
"""What the creation of a server does with the volumes that it has for disks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy.orm import Session

import synnefo_volume
from synnefo_compute import names, volumes
from synnefo_compute.sagas import instances
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.root_disk import Given
from synnefo_compute.servers import GIB_MIB
from synnefo_compute.volumes import ServerVolume
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Wait
from synnefo_volume import Volume


def ready(run: Run) -> Sequence[Given] | Wait:
    """Return the volumes for the cluster, the one to start from first; wait for those being made.

    Raises:
        JobFailed: One could not be made.
    """
    if not run.data.get("has_volumes"):
        return ()
    with run.context.reading() as session:
        mine = sorted(volumes.of_one(session, run.subject_id), key=lambda one: one.boot_index != 0)
    found = [synnefo_volume.show_volume(run.context, one.volume_id) for one in mine]
    if any(volume.status == synnefo_volume.states.CREATING for volume in found):
        return instances.waiting(run)
    return [_connected(run, one, volume) for one, volume in zip(mine, found, strict=True)]


def _connected(run: Run, one: ServerVolume, volume: Volume) -> Given:
    if volume.status == synnefo_volume.states.ERROR:
        msg = f"volume {volume.id} could not be made: {volume.error}"
        raise JobFailed(msg)
    # Of a new generation each time: the ticket of an earlier try is outdone, which is no harm.
    attachment = synnefo_volume.update_attachment(
        run.context,
        one.attachment_id,
        {"host": instances.backend_id(run), "mountpoint": one.device},
    )
    ticket = attachment.connection["data"]["ticket"]
    return Given(names.of_attachment(one.attachment_id), volume.size_gib * GIB_MIB, ticket)


def settle(run: Run, session: Session) -> None:
    """Say that the server has them."""
    if not run.data.get("has_volumes"):
        return
    for one in volumes.of_one(session, run.subject_id):
        synnefo_volume.complete_attachment(run.context, one.attachment_id)
        volumes.change(session, one.volume_id, is_awaited=False)


def give_back(run: Run, session: Session) -> None:
    """Take them from a server that was not made: those that were made for it go."""
    if not run.data.get("has_volumes"):
        return
    for one in volumes.of_one(session, run.subject_id):
        with suppress(NotFound):
            synnefo_volume.delete_attachment(run.context, one.attachment_id)
        volumes.remove(session, run.subject_id, one.volume_id)
        if one.volume_id in run.data["made_volumes"]:
            with suppress(NotFound):
                synnefo_volume.delete_volume(run.context, one.volume_id, is_forced=True)
