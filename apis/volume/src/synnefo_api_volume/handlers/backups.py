# SPDX-License-Identifier: Apache-2.0
"""Backups: what a volume held, kept as an object.

Source: docs.openstack.org/api-ref/block-storage/v3, "Backups (backups)".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume.handlers import pages, references
from synnefo_api_volume.schemas.body import is_set
from synnefo_api_volume.views import backup as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_volume import Backup, BackupRecord, BackupSpec

_LISTING = pages.Listing(
    noun="backups",
    find=synnefo_volume.list_backups,
    count=synnefo_volume.count_backups,
    columns={"volume_id": "volume_id", "snapshot_id": "snapshot_id"},
    orders={
        **{
            name: name for name in ("id", "name", "status", "created_at", "updated_at", "volume_id")
        },
        "size": "size_gib",
    },
)


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /backups``: ids and names."""

    def show(backup: Backup) -> dict[str, Any]:
        return view.brief(context, backup)

    return pages.page(context, query, version, of=_LISTING, is_detailed=False, show=show)


def detail(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /backups/detail``."""

    def show(backup: Backup) -> dict[str, Any]:
        return view.full(context, backup, version)

    return pages.page(context, query, version, of=_LISTING, is_detailed=True, show=show)


def create(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /backups``."""
    asked = body["backup"]
    spec = BackupSpec(
        volume_id=asked["volume_id"],
        name=references.name_of(asked),
        description=references.description_of(asked),
        container=asked.get("container") or "",
        is_incremental=is_set(asked.get("incremental", False)),
        is_forced=is_set(asked.get("force", False)),
        snapshot_id=asked.get("snapshot_id") or "",
        metadata=asked.get("metadata") or {},
    )
    return {"backup": view.brief(context, synnefo_volume.create_backup(context, spec))}


def show(context: RequestContext, backup_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /backups/{backup_id}``."""
    return {"backup": view.full(context, synnefo_volume.show_backup(context, backup_id), version)}


def update(context: RequestContext, backup_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /backups/{backup_id}``."""
    changes = synnefo_volume.SnapshotChanges(**references.changes(body["backup"]))
    found = synnefo_volume.update_backup(context, backup_id, changes)
    return {"backup": view.brief(context, found)}


def delete(context: RequestContext, backup_id: str) -> None:
    """Answer ``DELETE /backups/{backup_id}``."""
    synnefo_volume.delete_backup(context, backup_id)


def restore(context: RequestContext, backup_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /backups/{backup_id}/restore``: into a volume that is named, or a new one."""
    asked = body["restore"]
    volume = synnefo_volume.restore_backup(
        context,
        backup_id,
        volume_id=asked.get("volume_id") or "",
        name=asked.get("name") or "",
    )
    shown = {"backup_id": backup_id, "volume_id": volume.id, "volume_name": volume.name}
    return {"restore": shown}


def export_record(context: RequestContext, backup_id: str) -> dict[str, Any]:
    """Answer ``GET /backups/{backup_id}/export_record``."""
    return {"backup-record": view.record(synnefo_volume.export_backup(context, backup_id))}


def import_record(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /backups/import_record``."""
    asked = body["backup-record"]
    record = BackupRecord(asked["backup_service"], asked["backup_url"])
    return {"backup": view.brief(context, synnefo_volume.import_backup(context, record))}


def act(context: RequestContext, backup_id: str, body: dict[str, Any]) -> None:
    """Answer ``POST /backups/{backup_id}/action``."""
    ((action, asked),) = body.items()
    if action == "os-force_delete":
        synnefo_volume.delete_backup(context, backup_id, is_forced=True)
    else:
        synnefo_volume.reset_backup_status(context, backup_id, asked["status"])
