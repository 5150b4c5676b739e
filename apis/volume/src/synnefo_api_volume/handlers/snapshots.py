# SPDX-License-Identifier: Apache-2.0
"""Snapshots: list, create, show, update, delete.

Source: docs.openstack.org/api-ref/block-storage/v3, "Volume snapshots (snapshots)".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume import queries, selections, versions
from synnefo_api_volume.handlers import references
from synnefo_api_volume.schemas.body import is_set
from synnefo_api_volume.views import link, snapshot as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_volume import SnapshotSpec

_COLUMNS = {"volume_id": "volume_id"}
_SORTED = {
    **{name: name for name in ("id", "name", "status", "created_at", "updated_at")},
    "display_name": "name",
    "volume_id": "volume_id",
    "size": "size_gib",
}


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /snapshots``."""
    return _listing(context, query, version, path="snapshots")


def detail(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /snapshots/detail``."""
    return _listing(context, query, version, path="snapshots/detail")


def _listing(
    context: RequestContext, query: dict[str, Any], version: Version, *, path: str
) -> dict[str, Any]:
    limit = queries.limit(query)
    selection = selections.of(context, query, version, _COLUMNS)
    found = synnefo_volume.list_snapshots(
        context,
        limit=limit,
        marker=query.get("marker", ""),
        offset=int(query.get("offset", 0)),
        selection=selection,
        sort=queries.sort(query, _SORTED),
    )
    show = view.full if path.endswith("detail") else view.brief
    shown: dict[str, Any] = {"snapshots": [show(each, version) for each in found]}
    links = link.following(context, path, query, [each.id for each in found], limit)
    if links:
        shown["snapshots_links"] = links
    if version >= versions.COUNTS and queries.truth(query, "with_count"):
        shown["count"] = synnefo_volume.count_snapshots(context, selection)
    return shown


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
