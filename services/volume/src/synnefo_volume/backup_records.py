# SPDX-License-Identifier: Apache-2.0
"""Backups as texts that their owners keep, so that a cloud which has forgotten one knows it again.

A record says all that the row says, which object it is and what that must hold. The cloud signs it, and heeds
no other: what a record says of a backup's size, for one, is charged.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

import synnefo_quota
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, Invalid, InvalidField, InvalidState
from synnefo_core.signatures import Forged, Verifier
from synnefo_volume import charges, states, tickets
from synnefo_volume.backups import check, find_object
from synnefo_volume.models import BackupRow
from synnefo_volume.rows import BACKUP, owned, shown_backup
from synnefo_volume.values import Backup

SERVICE = "synnefo"
"""What Cinder's clients are told made the backup, and say again with its record."""

_PURPOSE = "synnefo backup record 1"
_TOLD = (
    "id",
    "project_id",
    "user_id",
    "volume_id",
    "snapshot_id",
    "name",
    "description",
    "size_gib",
    "is_incremental",
    "container",
    "metadata_",
    "content",
    "is_bootable",
    "image_metadata",
    "taken_at",
    "created_at",
)
"""The columns that a record has; the others follow from the object, or are the same for all."""


@dataclass(frozen=True)
class BackupRecord:
    """A backup as its owner keeps it.

    Attributes:
        service: :data:`SERVICE`.
        text: Base64 of a signed JSON object with the columns of the backup.
    """

    service: str
    text: str


def export_backup(context: RequestContext, backup_id: str) -> BackupRecord:
    """Return the record of a backup; while its object is there it may be imported.

    Raises:
        InvalidState: It is not available, or its object is lost.
        NotFound: The caller has none of this id.
    """
    with context.reading() as session:
        owned(context, session, BackupRow, backup_id)
    check(context, backup_id)
    with context.reading() as session:
        row = owned(context, session, BackupRow, backup_id)
        if row.status != states.AVAILABLE:
            raise InvalidState(BACKUP, row.status, "export")
        told = {name: getattr(row, name) for name in _TOLD}
    signed = tickets.signer(context.cloud, _PURPOSE).sign(json.dumps(told, sort_keys=True))
    return BackupRecord(SERVICE, base64.b64encode(signed.encode()).decode())


def import_backup(context: RequestContext, record: BackupRecord) -> Backup:
    """Know a backup again that is in a record, under its id and in its project.

    Raises:
        Forbidden: It is another project's, and the caller no administrator.
        Invalid: It is known, or its object is not there, or holds something else.
        InvalidField: The record is not one of this cloud's.
        QuotaExceeded: The project may not have so much.
    """
    told = _opened(context.cloud, record)
    is_own = told["project_id"] == context.require_project()
    if not (is_own or context.is_admin):
        msg = "the backup is another project's"
        raise Forbidden(msg)
    now = context.now()
    if is_own:
        told = {**told, "user_id": context.user_id}
    row = BackupRow(
        **told, status=states.AVAILABLE, store="", reference="", error="", updated_at=now
    )
    try:
        return _added(context, row)
    except IntegrityError as cause:
        msg = f"there is a backup {told['id']} already"
        raise Invalid(msg) from cause


def _added(context: RequestContext, row: BackupRow) -> Backup:
    with context.unit_of_work() as session:
        found = find_object(context, row)
        if found is None:
            msg = f"object {row.id} in container {row.container} is not there, or not the backup's"
            raise Invalid(msg)
        row.store = found.store
        session.add(row)
        session.flush()
        synnefo_quota.charge(context, charges.of_backup(row))
        return shown_backup(row)


def _opened(cloud: Cloud, record: BackupRecord) -> Mapping[str, Any]:
    """Return the columns in a record."""
    if record.service != SERVICE:
        name = "backup_service"
        raise InvalidField(name, f"backups of this cloud are of the service {SERVICE}")
    verifier = Verifier([tickets.signer(cloud, _PURPOSE).public_key], _PURPOSE)
    try:
        signed = base64.b64decode(record.text, validate=True).decode()
        told = json.loads(verifier.open(signed))
    except (Forged, ValueError) as cause:
        name = "backup_url"
        raise InvalidField(name, "this is not a record that this cloud has signed") from cause
    return {name: told[name] for name in _TOLD}
