# SPDX-License-Identifier: Apache-2.0
"""Give a server volumes while it is there, and take them away.

A volume is the server's from the request on, but not in use before the cluster has the disk; one that
is taken away is free when the cluster has it no more. It has one writer, so it is one server's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_volume
from synnefo_compute import admission, states, volumes
from synnefo_compute.kinds import ATTACH_VOLUME, DETACH_VOLUME
from synnefo_compute.models import FlavorRow, ServerRow
from synnefo_compute.rows import owned
from synnefo_compute.volumes import ServerVolume
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, Forbidden, Invalid, InvalidState, NotFound
from synnefo_volume import AttachmentSpec

MOST = 14
"""So many volumes a server has at most: Ganeti's sixteen disks, less its own and the seed's."""

_NOUN = "volume"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DEVICE = re.compile(r"(?:/dev/x?[a-z]?d?)([a-z]+)[0-9]*")


@dataclass(frozen=True)
class VolumeWish:
    """A volume that a server is to get.

    Attributes:
        device: What its guest is told to call it; empty for the next name that is free.
        tag: A word of the owner's; empty for none.
        deletes_on_termination: Whether the volume goes with the server.
    """

    volume_id: str
    device: str = ""
    tag: str = ""
    deletes_on_termination: bool = False


def attach_volume(context: RequestContext, server_id: str, wish: VolumeWish) -> ServerVolume:
    """Have a server get a volume, which is in use once its cluster has the disk.

    Raises:
        NotFound: The caller has no such server, or its project no such volume.
        InvalidState: It is locked, neither running nor stopped, or something is being done to it.
        Forbidden: It has as many as it can have.
        Invalid: The volume is not available.
        Conflict: The name of the device is taken, or the server's cluster or disks allow no volumes.
    """
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.ATTACH_VOLUME)
        _require_fit(context, session, row)
        had = volumes.of_one(session, row.id)
        if len(had) >= MOST:
            msg = f"a server has no more than {MOST} volumes"
            raise Forbidden(msg)
        if volumes.find(session, wish.volume_id) is not None:
            raise _unavailable(wish.volume_id, synnefo_volume.states.IN_USE)
        device = device_for(wish.device, [each.device for each in had])
        found = ServerVolume(
            id=new_id(),
            server_id=row.id,
            volume_id=wish.volume_id,
            attachment_id=_reserved(context, row, wish.volume_id, device=device),
            device=device,
            tag=wish.tag,
            deletes_on_termination=wish.deletes_on_termination,
            is_awaited=True,
            created_at=context.now(),
        )
        volumes.add(session, found)
        admission.begin(context, session, row, states.ATTACH_VOLUME)
        begin_attaching(context, session, row, found)
        return found


def _require_fit(context: RequestContext, session: Session, row: ServerRow) -> None:
    template = synnefo_backends.volume_template(context, row.backend_id)
    if not template:
        msg = "the cluster of the server gives its servers no volumes"
        raise Conflict(msg)
    flavor = session.get(FlavorRow, row.flavor_id)
    own = flavor.disk_template if flavor else ""
    if own not in ("", template):
        msg = f"the disks of the server are of the kind {own}: it can't have volumes beside them"
        raise Conflict(msg)


def device_for(wanted: str, taken: Iterable[str]) -> str:
    """Return what a server's next volume is called; the first name is that of the root disk.

    Raises:
        Conflict: The name that is wanted is taken.
    """
    used = {"a", *(_letters(device) for device in taken)}
    if wanted and _letters(wanted) in used:
        msg = f"the device name {wanted} is already in use"
        raise Conflict(msg)
    return wanted or next(f"/dev/vd{each}" for each in _LETTERS if each not in used)


def _letters(device: str) -> str:
    match = _DEVICE.fullmatch(device)
    return match[1] if match else device


def _reserved(context: RequestContext, row: ServerRow, volume_id: str, *, device: str) -> str:
    """Reserve a volume for a server; return the attachment's id."""
    if synnefo_volume.show_volume(context, volume_id).project_id != row.project_id:
        raise NotFound(_NOUN, volume_id)
    connector = {"host": row.node, "instance": row.id, "mountpoint": device}
    try:
        return synnefo_volume.create_attachment(
            context, AttachmentSpec(volume_id, row.id, connector=connector)
        ).id
    except InvalidState as cause:
        raise _unavailable(volume_id, cause.state) from cause


def _unavailable(volume_id: str, state: str) -> Invalid:
    """Nova's answer to who wants a volume that is not free is 400, not 409."""
    return Invalid(f"volume {volume_id} must be available to be attached, and it is {state}")


def detach_volume(context: RequestContext, server_id: str, volume_id: str) -> None:
    """Have a server lose a volume, which is available once its cluster has the disk no more.

    Raises:
        NotFound: The caller has no such server, or it no such volume.
        InvalidState: It is locked, neither running nor stopped, or something is being done to it.
        Forbidden: It starts from the volume.
        Invalid: The volume is not in use.
    """
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.DETACH_VOLUME)
        found = _of(session, server_id, volume_id)
        if found.boot_index == 0:
            msg = "cannot detach the volume from which the server starts"
            raise Forbidden(msg)
        try:
            synnefo_volume.begin_detaching(context, volume_id)
        except InvalidState as cause:
            msg = f"volume {volume_id} must be in use to be detached, and it is {cause.state}"
            raise Invalid(msg) from cause
        admission.begin(context, session, row, states.DETACH_VOLUME)
        begin_detaching(
            context, session, row, volume_id=volume_id, attachment_id=found.attachment_id
        )


def _of(session: Session, server_id: str, volume_id: str) -> ServerVolume:
    found = volumes.find(session, volume_id)
    if found is None or found.server_id != server_id:
        raise NotFound(_NOUN, volume_id)
    return found


def update_volume(
    context: RequestContext, server_id: str, volume_id: str, *, deletes_on_termination: bool
) -> None:
    """Say whether a volume goes with its server.

    Raises:
        NotFound: The caller has no such server, or it no such volume.
    """
    with context.unit_of_work() as session:
        owned(context, session, server_id, is_locked=True)
        _of(session, server_id, volume_id)
        volumes.change(session, volume_id, deletes_on_termination=deletes_on_termination)


def list_volumes(context: RequestContext, server_id: str) -> Sequence[ServerVolume]:
    """Return the volumes of a server, the oldest first.

    Raises:
        NotFound: The caller has no server of this id.
    """
    with context.reading() as session:
        owned(context, session, server_id)
        return volumes.of_one(session, server_id)


def show_volume(context: RequestContext, server_id: str, volume_id: str) -> ServerVolume:
    """Return a volume of a server's.

    Raises:
        NotFound: The caller has no such server, or it no such volume.
    """
    with context.reading() as session:
        owned(context, session, server_id)
        return _of(session, server_id, volume_id)


def release_all(context: RequestContext, row: ServerRow) -> None:
    """Free the volumes of a server that is gone; those that go with it begin to."""
    with context.unit_of_work() as session:
        for each in volumes.of_one(session, row.id):
            release(context, session, each)
            if each.deletes_on_termination:
                _delete(context, each.volume_id)


def _delete(context: RequestContext, volume_id: str) -> None:
    with suppress(NotFound, InvalidState):  # others may use it by other attachments
        synnefo_volume.delete_volume(context, volume_id, is_forced=True)


def release(context: RequestContext, session: Session, volume: ServerVolume) -> None:
    """Free a volume of whose disk nothing is left."""
    volumes.remove(session, volume.server_id, volume.volume_id)
    with suppress(NotFound):
        synnefo_volume.delete_attachment(context, volume.attachment_id)


def complete(context: RequestContext, session: Session, volume: ServerVolume) -> None:
    """Show a volume as in use, whose disk is there.

    Who has ended the attachment meanwhile has the disk taken away again.
    """
    with suppress(NotFound):
        synnefo_volume.complete_attachment(context, volume.attachment_id)
        volumes.change(session, volume.volume_id, is_awaited=False)


def begin_attaching(
    context: RequestContext, session: Session, row: ServerRow, volume: ServerVolume
) -> None:
    """Have the worker give a server a volume that is reserved for it."""
    row.task_state = states.ATTACHING
    data = {"volume_id": volume.volume_id, "attachment_id": volume.attachment_id}
    _begin(context, session, row, ATTACH_VOLUME, **data)


def begin_detaching(
    context: RequestContext,
    session: Session,
    row: ServerRow,
    *,
    volume_id: str,
    attachment_id: str,
) -> None:
    """Have the worker take a disk away; ``volume_id`` is empty where it is not the server's any more."""
    row.task_state = states.DETACHING
    _begin(context, session, row, DETACH_VOLUME, volume_id=volume_id, attachment_id=attachment_id)


def _begin(
    context: RequestContext, session: Session, row: ServerRow, kind: str, **about: str
) -> None:
    data = {**about, "is_running": row.is_active_charged}
    sagas.begin(context, session, kind, subject_id=row.id, data=data)
