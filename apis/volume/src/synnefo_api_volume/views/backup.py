# SPDX-License-Identifier: Apache-2.0
"""How backups are shown."""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume import versions
from synnefo_api_volume.views import link
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_volume import Backup, BackupRecord


def brief(context: RequestContext, backup: Backup) -> dict[str, Any]:
    """Show what is told of a new one, and in short lists."""
    return {
        "id": backup.id,
        "name": backup.name or None,
        "links": link.both(context, f"backups/{backup.id}"),
    }


def record(record: BackupRecord) -> dict[str, Any]:
    """Show what its owner keeps; Cinder calls the text a URL."""
    return {"backup_service": record.service, "backup_url": record.text}


def full(context: RequestContext, backup: Backup, version: Version) -> dict[str, Any]:
    """Show all. Each is an object of its own, on which no other depends."""
    shown = {
        **brief(context, backup),
        "description": backup.description or None,
        "status": backup.status,
        "size": backup.size_gib,
        "container": backup.container or None,
        "object_count": backup.object_count,
        "volume_id": backup.volume_id,
        "snapshot_id": backup.snapshot_id or None,
        "availability_zone": synnefo_volume.zone(context.cloud),
        "is_incremental": backup.is_incremental,
        "has_dependent_backups": False,
        "fail_reason": backup.error or None,
        "data_timestamp": iso_naive(backup.taken_at),
        "created_at": iso_naive(backup.created_at),
        "updated_at": iso_naive(backup.updated_at),
    }
    if version >= versions.BACKUP_PROJECT and context.is_admin:
        shown["os-backup-project-attr:project_id"] = backup.project_id
    if version >= versions.BACKUP_METADATA:
        shown["metadata"] = dict(backup.metadata)
    if version >= versions.BACKUP_USER:
        shown["user_id"] = backup.user_id
    return shown
