# SPDX-License-Identifier: Apache-2.0
"""Snapshots: list, create, show, update, delete.

Source: docs.openstack.org/api-ref/block-storage/v3, "Volume snapshots (snapshots)".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume import versions
from synnefo_api_volume.handlers import pages, references
from synnefo_api_volume.schemas.body import is_set
from synnefo_api_volume.views import snapshot as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_volume import Snapshot, SnapshotSpec

_LISTING = pages.Listing(
    noun="snapshots",
    find=synnefo_volume.list_snapshots,
    count=synnefo_volume.count_snapshots,
    columns={"volume_id": "volume_id"},
    orders={
        **{name: name for name in ("id", "name", "status", "created_at", "updated_at")},
        "display_name": "name",
        "volume_id": "volume_id",
        "size": "size_gib",
    },
)


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /snapshots``."""

    def show(snapshot: Snapshot) -> dict[str, Any]:
        return view.brief(snapshot, version)

    return pages.page(context, query, version, of=_LISTING, is_detailed=False, show=show)


def detail(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /snapshots/detail``."""

    def show(snapshot: Snapshot) -> dict[str, Any]:
        return view.full(snapshot, version)

    return pages.page(context, query, version, of=_LISTING, is_detailed=True, show=show)


def create(context: RequestContext, body: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``POST /snapshots``."""
    asked = body["snapshot"]
    spec = SnapshotSpec(
        volume_id=asked["volume_id"] or "",
        name=references.name_of(asked),
        description=references.description_of(asked),
        metadata=asked.get("metadata") or {},
        is_forced=version >= versions.SNAPSHOTS_OF_ATTACHED or is_set(asked.get("force")),
    )
    return {"snapshot": view.brief(synnefo_volume.create_snapshot(context, spec), version)}


def show(context: RequestContext, snapshot_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /snapshots/{snapshot_id}``."""
    return {"snapshot": view.full(synnefo_volume.show_snapshot(context, snapshot_id), version)}


def update(
    context: RequestContext, snapshot_id: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``PUT /snapshots/{snapshot_id}``."""
    changes = references.changes(body["snapshot"])
    found = synnefo_volume.update_snapshot(context, snapshot_id, changes)
    return {"snapshot": view.brief(found, version)}


def delete(context: RequestContext, snapshot_id: str) -> None:
    """Answer ``DELETE /snapshots/{snapshot_id}``."""
    synnefo_volume.delete_snapshot(context, snapshot_id)


def act(context: RequestContext, snapshot_id: str, body: dict[str, Any]) -> None:
    """Answer ``POST /snapshots/{snapshot_id}/action``."""
    ((action, asked),) = body.items()
    if action == "os-force_delete":
        synnefo_volume.delete_snapshot(context, snapshot_id, is_forced=True)
    else:
        synnefo_volume.reset_snapshot_status(context, snapshot_id, asked["status"])
