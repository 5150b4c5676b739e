# SPDX-License-Identifier: Apache-2.0
"""Tickets by which another cluster is given the volumes that a server has for disks."""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_volume
from synnefo_compute import names, volumes
from synnefo_compute.sagas import root_disk
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.volumes import ServerVolume
from synnefo_core.contracts.moving import Baggage
from synnefo_core.sagas import Run


def require(run: Run, baggage: Baggage) -> None:
    """Refuse to move volumes that nobody here knows: there would be no tickets for them.

    Raises:
        JobFailed: There is one.
    """
    known = {root_disk.name_of(run.subject_id)} if _has_own_disk(run) else set()
    known |= _attached(run).keys()
    strange = [disk.name for disk in baggage.disks if disk.is_volume and disk.name not in known]
    if strange:
        msg = f"the cloud knows nothing of its disks {', '.join(strange)}"
        raise JobFailed(msg)


def of_baggage(run: Run, baggage: Baggage, *, host: str) -> Mapping[str, str]:
    """Return tickets of a new generation by the names of disks; ``host`` is said to have them.

    They outdo every one before from the moment on that the server uses its disks.
    """
    moving = {disk.name for disk in baggage.disks}
    own = root_disk.name_of(run.subject_id)
    found = {}
    if own in moving and _has_own_disk(run):
        found[own] = synnefo_volume.own_disk_ticket(run)
    for disk, one in _attached(run).items():
        if disk in moving:
            found[disk] = _connected(run, one, host)
    return found


def _has_own_disk(run: Run) -> bool:
    return synnefo_volume.has_own_disk(run.context, run.subject_id)


def _attached(run: Run) -> Mapping[str, ServerVolume]:
    with run.context.reading() as session:
        mine = volumes.of_one(session, run.subject_id)
    return {names.of_attachment(one.attachment_id): one for one in mine}


def _connected(run: Run, one: ServerVolume, host: str) -> str:
    connector = {"host": host, "instance": run.subject_id, "mountpoint": one.device}
    attachment = synnefo_volume.update_attachment(run.context, one.attachment_id, connector)
    return str(attachment.connection["data"]["ticket"])
