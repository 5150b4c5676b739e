# SPDX-License-Identifier: Apache-2.0
"""How snapshots are shown."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume import versions
from synnefo_core.clock import iso_naive
from synnefo_core.contracts.api import Version
from synnefo_volume import Snapshot


def brief(snapshot: Snapshot, version: Version) -> dict[str, Any]:
    """Show what is told of a new snapshot, and in short lists."""
    shown = {
        "id": snapshot.id,
        "name": snapshot.name or None,
        "description": snapshot.description or None,
        "volume_id": snapshot.volume_id,
        "status": snapshot.status,
        "size": snapshot.size_gib,
        "metadata": dict(snapshot.metadata),
        "created_at": iso_naive(snapshot.created_at),
        "updated_at": iso_naive(snapshot.updated_at),
    }
    if version >= versions.SNAPSHOT_USER:
        shown["user_id"] = snapshot.user_id
    if version >= versions.CONSUMES_QUOTA:
        shown["consumes_quota"] = True
    return shown


def full(snapshot: Snapshot, version: Version) -> dict[str, Any]:
    """Show all."""
    return {
        **brief(snapshot, version),
        "os-extended-snapshot-attributes:progress": snapshot.progress,
        "os-extended-snapshot-attributes:project_id": snapshot.project_id,
        **({"group_snapshot_id": None} if version >= versions.GROUP_SNAPSHOTS else {}),
    }
