# SPDX-License-Identifier: Apache-2.0
"""Transfers: a volume that is offered by a project and taken by another, with what it costs."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Charge
from synnefo_core.db.base import new_id
from synnefo_core.errors import Invalid, InvalidState, NotFound
from synnefo_volume import charges, states
from synnefo_volume.models import SnapshotRow, TransferRow, VolumeRow
from synnefo_volume.rows import SNAPSHOT, TRANSFER, VOLUME, owned, shown_transfer
from synnefo_volume.values import Offer, Transfer

KEY_BYTES = 16
"""So much chance that a plain digest of the key tells nothing."""


def create_transfer(
    context: RequestContext, volume_id: str, *, name: str = "", with_snapshots: bool = True
) -> Offer:
    """Offer a volume to whoever is told the key. It can't be used until it is taken or withdrawn.

    Raises:
        InvalidState: The volume is in use or doing something, or a snapshot that is to go with it is.
        NotFound: The caller has no such volume.
    """
    key = secrets.token_hex(KEY_BYTES)
    with context.unit_of_work() as session:
        volume = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if volume.status != states.AVAILABLE:
            raise InvalidState(VOLUME, volume.status, "transfer")
        if with_snapshots:
            _snapshots(session, volume)
        row = TransferRow(
            id=new_id(),
            project_id=volume.project_id,
            user_id=context.user_id,
            volume_id=volume.id,
            name=name,
            with_snapshots=with_snapshots,
            key_digest=_digest(key),
            created_at=context.now(),
        )
        session.add(row)
        volume.status, volume.updated_at = states.AWAITING_TRANSFER, context.now()
        return Offer(shown_transfer(row), key)


def show_transfer(context: RequestContext, transfer_id: str) -> Transfer:
    """Return what the caller's project offers.

    Raises:
        NotFound: The caller has offered nothing under this id, or it was taken.
    """
    with context.reading() as session:
        return shown_transfer(owned(context, session, TransferRow, transfer_id))


def accept_transfer(context: RequestContext, transfer_id: str, auth_key: str) -> Transfer:
    """Take a volume that was offered, and pay for it from now on; only one can.

    Raises:
        Invalid: The key is another's.
        InvalidState: The volume, or a snapshot that goes with it, is doing something.
        NotFound: Nothing is offered under this id.
        QuotaExceeded: The caller's project may not have so much.
    """
    project_id = context.require_project()
    with context.unit_of_work() as session:
        row, volume = _locked(session, transfer_id)
        if not hmac.compare_digest(row.key_digest, _digest(auth_key)):
            msg = f"this is not the key of transfer {transfer_id}"
            raise Invalid(msg)
        if volume.status != states.AWAITING_TRANSFER:
            raise InvalidState(VOLUME, volume.status, "accept")
        taken = shown_transfer(row)
        snapshots = _snapshots(session, volume) if row.with_snapshots else ()
        given = [*charges.of_volume(volume, -1), *_costs(snapshots, -1)]
        things: list[VolumeRow | SnapshotRow] = [volume, *snapshots]
        for thing in things:
            thing.project_id, thing.user_id = project_id, context.user_id
            thing.updated_at = context.now()
        synnefo_quota.charge(context, [*given, *charges.of_volume(volume), *_costs(snapshots)])
        volume.status = states.AVAILABLE
        withdraw(session, volume.id)
        return taken


def delete_transfer(context: RequestContext, transfer_id: str) -> None:
    """Withdraw what was offered: the volume can be used again.

    Raises:
        NotFound: The caller has offered nothing under this id, or it was taken.
    """
    with context.unit_of_work() as session:
        owned(context, session, TransferRow, transfer_id)
        row, volume = _locked(session, transfer_id)
        session.delete(row)
        if volume.status == states.AWAITING_TRANSFER:
            volume.status, volume.updated_at = states.AVAILABLE, context.now()


def withdraw(session: Session, volume_id: str) -> None:
    """Forget all offers of a volume."""
    session.execute(delete(TransferRow).where(TransferRow.volume_id == volume_id))


def _locked(session: Session, transfer_id: str) -> tuple[TransferRow, VolumeRow]:
    """Return an offer and its volume, which is locked first: whoever comes second finds no offer."""
    query = select(TransferRow).where(TransferRow.id == transfer_id)
    volume_id = session.scalar(query.with_only_columns(TransferRow.volume_id))
    volume = session.get(VolumeRow, volume_id or "", with_for_update=True, populate_existing=True)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if volume is None or row is None:
        raise NotFound(TRANSFER, transfer_id)
    return row, volume


def _snapshots(session: Session, volume: VolumeRow) -> Sequence[SnapshotRow]:
    """Return the snapshots that go with a volume, locked.

    Raises:
        InvalidState: One is not ready.
    """
    theirs = SnapshotRow.volume_id == volume.id, SnapshotRow.project_id == volume.project_id
    query = select(SnapshotRow).where(*theirs).order_by(SnapshotRow.id).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    for snapshot in found:
        if snapshot.status != states.AVAILABLE:
            raise InvalidState(SNAPSHOT, snapshot.status, "transfer")
    return found


def _costs(snapshots: Sequence[SnapshotRow], sign: int = 1) -> list[Charge]:
    return [each for snapshot in snapshots for each in charges.of_snapshot(snapshot, sign)]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
