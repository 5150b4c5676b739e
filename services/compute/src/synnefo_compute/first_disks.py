# SPDX-License-Identifier: Apache-2.0
"""The volumes that a new server has for disks: those that there are, and those that are made for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_volume
from synnefo_compute import attaching, volumes
from synnefo_compute.models import ServerRow
from synnefo_compute.volumes import ServerVolume
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import InvalidField, InvalidState, NotFound
from synnefo_volume import AttachmentSpec, Volume, VolumeSpec

FIELD = "block_device_mapping_v2"

VOLUME, IMAGE, SNAPSHOT, BLANK = "volume", "image", "snapshot", "blank"

_DEVICES, _ROOT = "/dev/", "/dev/vda"


@dataclass(frozen=True)
class DiskWish:
    """A volume that a new server is to have.

    Attributes:
        source: What it is, or is made of: "volume", "image", "snapshot" or "blank".
        source_id: The id of that; empty for "blank".
        is_root: Whether the server starts from it.
        size_gib: The size of one that is made; None for that of the snapshot.
        type: The type of one that is made, by name or id; empty for the default one.
        device: What the guest is to call it; empty for the next name.
        tag: A word of the owner's.
        deletes_on_termination: Whether it goes with the server.
    """

    source: str
    source_id: str = ""
    is_root: bool = False
    size_gib: int | None = None
    type: str = ""
    device: str = ""
    tag: str = ""
    deletes_on_termination: bool = False


def check(wishes: Sequence[DiskWish], *, image_id: str) -> None:
    """Refuse wishes that contradict one another.

    Raises:
        InvalidField: There are two disks to start from, one volume twice, or one device.
    """
    if sum(wish.is_root for wish in wishes) > 1:
        raise InvalidField(FIELD, "a server starts from one disk")
    if image_id and has_root(wishes):
        raise InvalidField(FIELD, "with a disk to start from there is no imageRef")
    if len(wishes) > attaching.MOST:
        raise InvalidField(FIELD, f"a server has no more than {attaching.MOST} volumes")
    given = [wish.source_id for wish in wishes if wish.source == VOLUME]
    devices = [wish.device.removeprefix(_DEVICES) for wish in wishes if wish.device]
    for each, what in ((given, "volume"), (devices, "device name")):
        if len(set(each)) < len(each):
            raise InvalidField(FIELD, f"one {what} can't be two disks")


def has_root(wishes: Sequence[DiskWish]) -> bool:
    """Say whether a server is to start from a volume."""
    return any(wish.is_root for wish in wishes)


def reserve(
    context: RequestContext,
    session: Session,
    row: ServerRow,
    wishes: Sequence[DiskWish],
    *,
    template: str,
) -> Mapping[str, Any]:
    """Give a new server its volumes; return what its saga has to know, nothing without one.

    Raises:
        InvalidField: The cluster or the flavor takes none, or one of them can't be had.
        QuotaExceeded: The project may not have so many.
    """
    if not wishes:
        return {}
    theirs = synnefo_backends.volume_template(context, row.backend_id)
    if not theirs:
        raise InvalidField(FIELD, "the cluster of the server has no volumes for disks")
    if not has_root(wishes) and row.disk_gib and template != theirs:
        problem = f"only servers of flavors with the disk template {theirs} have volumes beside"
        raise InvalidField("flavorRef", problem)
    names = _names(wishes)
    made = []
    for wish, device in zip(wishes, names, strict=True):
        volume = _volume(context, wish)
        if wish.source != VOLUME:
            made.append(volume.id)
        _give(context, session, row, volume=volume, wish=wish, device=device)
    return {"has_volumes": True, "made_volumes": made, "disk_template": theirs}


def _volume(context: RequestContext, wish: DiskWish) -> Volume:
    """Return the volume of a wish; one that is made is not there yet."""
    try:
        if wish.source == VOLUME:
            found = synnefo_volume.show_volume(context, wish.source_id)
            if found.project_id != context.project_id:
                raise InvalidField(FIELD, f"volume {found.id} is another project's")
            if wish.is_root and not found.is_bootable:
                raise InvalidField(FIELD, f"volume {found.id} is not bootable")
            return found
        spec = VolumeSpec(
            size_gib=wish.size_gib,
            type=wish.type,
            image_id=wish.source_id if wish.source == IMAGE else "",
            snapshot_id=wish.source_id if wish.source == SNAPSHOT else "",
        )
        return synnefo_volume.create_volume(context, spec)
    except (NotFound, InvalidState) as problem:
        raise InvalidField(FIELD, str(problem)) from problem


def _give(
    context: RequestContext,
    session: Session,
    row: ServerRow,
    *,
    volume: Volume,
    wish: DiskWish,
    device: str,
) -> None:
    spec = AttachmentSpec(volume.id, row.id, is_early=wish.source != VOLUME)
    try:
        attachment = synnefo_volume.create_attachment(context, spec)
    except InvalidState as problem:
        raise InvalidField(FIELD, str(problem)) from problem
    volumes.add(
        session,
        ServerVolume(
            id=new_id(),
            server_id=row.id,
            volume_id=volume.id,
            attachment_id=attachment.id,
            device=device,
            tag=wish.tag,
            boot_index=0 if wish.is_root else None,
            deletes_on_termination=wish.deletes_on_termination,
            is_awaited=True,
            created_at=context.now(),
        ),
    )


def _names(wishes: Sequence[DiskWish]) -> list[str]:
    """Return what the guest is to call them: as was wished, else the next free name."""
    taken, found = [wish.device for wish in wishes if wish.device], []
    for wish in wishes:
        name = wish.device or (_ROOT if wish.is_root else attaching.device_for("", taken))
        taken.append(name)
        found.append(name if name.startswith(_DEVICES) else f"{_DEVICES}{name}")
    return found
