# SPDX-License-Identifier: Apache-2.0
"""Attachments: who may use a volume, and what the node has to know for that.

Each connection is of a new generation, so the node that is told of it outdoes every one before, however
that one's server is started or moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core import outbox, sagas
from synnefo_core.context import RequestContext
from synnefo_core.contracts.volumes import Mode, Ticket
from synnefo_core.db.base import new_id
from synnefo_core.errors import InvalidField, InvalidState, NotFound
from synnefo_volume import kinds, states, tickets
from synnefo_volume.engine import GIB
from synnefo_volume.models import AttachmentRow, VolumeRow
from synnefo_volume.rows import ATTACHMENT, VOLUME, owned, shown_attachment
from synnefo_volume.values import Attachment, AttachmentSpec

DRIVER = "synnefo"
"""What connection information is called; nodes know what to do with it."""

UNBOUND = "volume.unbound"
"""The event that a server has lost its right to a volume, whoever took it away."""

_OF_STATUS = (
    (states.ATTACHED, states.IN_USE),
    (states.ATTACHING, states.ATTACHING),
    (states.RESERVED, states.RESERVED),
)
_DURING_ATTACH = frozenset({states.ATTACHING, states.RESERVED})


def create_attachment(context: RequestContext, spec: AttachmentSpec) -> Attachment:
    """Reserve a volume, or connect it if a connector is told.

    One that is in use is only given once more to the same server, which is being moved.

    Raises:
        InvalidState: It is not available.
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        volume = owned(context, session, VolumeRow, spec.volume_id, is_locked=True)
        is_new = spec.is_early and volume.status == states.CREATING
        if not is_new or _of(session, volume.id):
            _require_free(session, volume, spec.instance_id)
        row = _new(context, volume, spec)
        session.add(row)
        if spec.connector is not None:
            _connect(context, volume, row, spec.connector)
        _settle(context, session, volume)
        return shown_attachment(row)


def _new(context: RequestContext, volume: VolumeRow, spec: AttachmentSpec) -> AttachmentRow:
    now = context.now()
    return AttachmentRow(
        id=new_id(),
        volume_id=volume.id,
        project_id=volume.project_id,
        instance_id=spec.instance_id,
        status=states.RESERVED,
        mode=Mode.READ_ONLY.value if volume.is_readonly else spec.mode,
        mountpoint="",
        host="",
        connection={},
        connector={},
        attached_at=0.0,
        created_at=now,
        updated_at=now,
    )


def _require_free(session: Session, volume: VolumeRow, instance_id: str) -> None:
    same = instance_id and all(each.instance_id == instance_id for each in _of(session, volume.id))
    if volume.status == states.AVAILABLE or (volume.status == states.IN_USE and same):
        return
    raise InvalidState(VOLUME, volume.status, "attach")


def _of(session: Session, volume_id: str) -> list[AttachmentRow]:
    query = select(AttachmentRow).where(AttachmentRow.volume_id == volume_id)
    return list(session.scalars(query.order_by(AttachmentRow.created_at, AttachmentRow.id)))


def _connect(
    context: RequestContext, volume: VolumeRow, row: AttachmentRow, connector: Mapping[str, Any]
) -> None:
    """Tell what a host has to know, and that it may begin."""
    row.connection = _connection(context, volume, mode=row.mode, instance_id=row.instance_id)
    row.connector = dict(connector)
    row.host, row.mountpoint = str(connector.get("host") or ""), _mountpoint(connector)
    row.status = states.ATTACHED if row.status == states.ATTACHED else states.ATTACHING
    row.updated_at = context.now()


def _mountpoint(connector: Mapping[str, Any]) -> str:
    return str(connector.get("mountpoint") or "")


def _connection(
    context: RequestContext, volume: VolumeRow, *, mode: str, instance_id: str
) -> dict[str, Any]:
    volume.generation += 1
    ticket = Ticket(
        volume=volume.id,
        store=volume.store,
        generation=volume.generation,
        size_bytes=volume.size_gib * GIB,
        mode=Mode(mode),
        instance=instance_id,
    )
    data = {
        "volume_id": volume.id,
        "store": volume.store,
        "generation": volume.generation,
        "access_mode": mode,
        "size_bytes": ticket.size_bytes,
        "ticket": tickets.sealed(context.cloud, ticket),
    }
    return {"driver_volume_type": DRIVER, "data": data}


def _settle(context: RequestContext, session: Session, volume: VolumeRow) -> None:
    """Let the state of a volume be what its attachments make it, unless something is done to it."""
    session.flush()
    if volume.status not in states.BUSY:
        volume.status = resting(session, volume.id)
    volume.updated_at = context.now()


def resting(session: Session, volume_id: str) -> str:
    """Return the state of a volume to which nothing is done."""
    found = {each.status for each in _of(session, volume_id)}
    named = [state for status, state in _OF_STATUS if status in found]
    return named[0] if named else states.AVAILABLE


def show_attachment(context: RequestContext, attachment_id: str) -> Attachment:
    """Return an attachment.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.reading() as session:
        return shown_attachment(owned(context, session, AttachmentRow, attachment_id))


def update_attachment(
    context: RequestContext, attachment_id: str, connector: Mapping[str, Any]
) -> Attachment:
    """Connect what was reserved.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        volume, row = _locked(context, session, attachment_id)
        _connect(context, volume, row, connector)
        _settle(context, session, volume)
        return shown_attachment(row)


def complete_attachment(context: RequestContext, attachment_id: str) -> None:
    """Say that what was connected is used.

    Raises:
        InvalidState: It was not connected.
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        volume, row = _locked(context, session, attachment_id)
        if row.status not in (states.ATTACHING, states.ATTACHED):
            raise InvalidState(ATTACHMENT, row.status, "complete")
        row.status, row.attached_at = states.ATTACHED, row.attached_at or context.now()
        _settle(context, session, volume)


def delete_attachment(context: RequestContext, attachment_id: str) -> list[Attachment]:
    """End an attachment; return what is left of the volume's.

    Raises:
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        volume, row = _locked(context, session, attachment_id)
        return _remove(context, session, volume, [row])


def _locked(
    context: RequestContext, session: Session, attachment_id: str
) -> tuple[VolumeRow, AttachmentRow]:
    """Lock a volume and then its attachment."""
    seen = owned(context, session, AttachmentRow, attachment_id)
    volume = owned(context, session, VolumeRow, seen.volume_id, is_locked=True)
    return volume, owned(context, session, AttachmentRow, attachment_id, is_locked=True)


def _remove(
    context: RequestContext, session: Session, volume: VolumeRow, rows: list[AttachmentRow]
) -> list[Attachment]:
    for row in rows:
        session.delete(row)
        if row.instance_id:
            told = {"volume_id": volume.id, "attachment_id": row.id}
            outbox.emit(context, session, UNBOUND, subject_id=row.instance_id, payload=told)
    _settle(context, session, volume)
    return [shown_attachment(each) for each in _of(session, volume.id)]


def _change(
    context: RequestContext, volume_id: str, before: frozenset[str], after: str, *, action: str
) -> None:
    with context.unit_of_work() as session:
        volume = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if volume.status not in before:
            raise InvalidState(VOLUME, volume.status, action)
        volume.status, volume.updated_at = after or resting(session, volume.id), context.now()


def reserve_volume(context: RequestContext, volume_id: str) -> None:
    """Keep others from attaching a volume.

    Raises:
        InvalidState: It is not available.
        NotFound: The caller has none of this id.
    """
    _change(context, volume_id, frozenset({states.AVAILABLE}), states.ATTACHING, action="reserve")


def unreserve_volume(context: RequestContext, volume_id: str) -> None:
    """Let others attach it again.

    Raises:
        InvalidState: It is not reserved.
        NotFound: The caller has none of this id.
    """
    _change(context, volume_id, _DURING_ATTACH, "", action="unreserve")


def begin_detaching(context: RequestContext, volume_id: str) -> None:
    """Say that a volume is about to be detached.

    Raises:
        InvalidState: It is not in use.
        NotFound: The caller has none of this id.
    """
    _change(context, volume_id, frozenset({states.IN_USE}), states.DETACHING, action="detach")


def roll_detaching(context: RequestContext, volume_id: str) -> None:
    """Say that it is not.

    Raises:
        InvalidState: Nobody said it was.
        NotFound: The caller has none of this id.
    """
    _change(context, volume_id, frozenset({states.DETACHING}), "", action="keep")


def attach_volume(
    context: RequestContext,
    volume_id: str,
    *,
    instance_id: str = "",
    host: str = "",
    mountpoint: str = "",
    mode: str = Mode.READ_WRITE.value,
) -> Attachment:
    """Say that a volume is used by a server or a host.

    Raises:
        InvalidState: Neither is it available nor was it reserved.
        NotFound: The caller has none of this id.
    """
    with context.unit_of_work() as session:
        volume = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if volume.status not in {states.AVAILABLE, *_DURING_ATTACH}:
            raise InvalidState(VOLUME, volume.status, "attach")
        row = _new(context, volume, AttachmentSpec(volume_id, instance_id, mode=mode))
        row.host, row.mountpoint, row.status = host, mountpoint, states.ATTACHED
        row.attached_at = context.now()
        session.add(row)
        _settle(context, session, volume)
        return shown_attachment(row)


def detach_volume(
    context: RequestContext, volume_id: str, *, attachment_id: str = "", is_forced: bool = False
) -> None:
    """Say that a volume is used no longer; by force its node is refused, too.

    Raises:
        InvalidField: It has several attachments, and none is named.
        InvalidState: It is used by nobody.
        NotFound: The caller has none of this id, or it has no such attachment.
    """
    with context.unit_of_work() as session:
        volume = owned(context, session, VolumeRow, volume_id, is_locked=True)
        found = _of(session, volume.id)
        rows = [row for row in found if attachment_id in ("", row.id)]
        if attachment_id and not rows:
            raise NotFound(ATTACHMENT, attachment_id)
        if len(rows) > 1 and not is_forced:
            name = "attachment_id"
            raise InvalidField(name, "the volume has several attachments: name one")
        if not rows and not is_forced:
            raise InvalidState(VOLUME, volume.status, "detach")
        _remove(context, session, volume, rows)
        if is_forced:
            sagas.begin(context, session, kinds.FENCE, subject_id=volume.id)


def initialize_connection(
    context: RequestContext, volume_id: str, connector: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return what a host has to know that is to use a volume.

    Raises:
        InvalidState: It is not about to be attached, nor attached.
        NotFound: The caller has none of this id.
    """
    del connector  # every node is told the same
    with context.unit_of_work() as session:
        volume = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if volume.status not in {states.AVAILABLE, states.IN_USE, *_DURING_ATTACH}:
            raise InvalidState(VOLUME, volume.status, "connect")
        mode = Mode.READ_ONLY if volume.is_readonly else Mode.READ_WRITE
        return _connection(context, volume, mode=mode.value, instance_id="")


def terminate_connection(
    context: RequestContext, volume_id: str, connector: Mapping[str, Any]
) -> None:
    """Forget that a host was told; what it was told is outdone by the next connection.

    Raises:
        NotFound: The caller has none of this id.
    """
    del connector
    with context.reading() as session:
        owned(context, session, VolumeRow, volume_id)
