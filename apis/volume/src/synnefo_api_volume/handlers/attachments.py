# SPDX-License-Identifier: Apache-2.0
"""Attachments: who has a volume, and how it is reached.

Source: docs.openstack.org/api-ref/block-storage/v3, "Attachments (attachments)".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume import queries, selections
from synnefo_api_volume.views import attachment as view, link
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_volume import AttachmentSpec

_COLUMNS = {"volume_id": "volume_id", "instance_id": "instance_id"}
_SORTED = {
    **{name: name for name in ("id", "status", "created_at", "updated_at", "volume_id")},
    "instance_uuid": "instance_id",
}


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /attachments``."""
    return _listing(context, query, version, path="attachments")


def detail(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /attachments/detail``."""
    return _listing(context, query, version, path="attachments/detail")


def _listing(
    context: RequestContext, query: dict[str, Any], version: Version, *, path: str
) -> dict[str, Any]:
    limit = queries.limit(query)
    found = synnefo_volume.list_attachments(
        context,
        limit=limit,
        marker=query.get("marker", ""),
        offset=int(query.get("offset", 0)),
        selection=selections.of(context, query, version, _COLUMNS),
        sort=queries.sort(query, _SORTED),
    )
    if path.endswith("detail"):
        attachments = [view.full(context, each) for each in found]
    else:
        attachments = [view.brief(each) for each in found]
    shown: dict[str, Any] = {"attachments": attachments}
    links = link.following(context, path, query, [each.id for each in found], limit)
    return shown | ({"attachments_links": links} if links else {})


def create(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /attachments``: without a connector the volume is only reserved."""
    asked = body["attachment"]
    spec = AttachmentSpec(
        volume_id=asked["volume_uuid"],
        instance_id=asked.get("instance_uuid") or "",
        connector=asked.get("connector") or None,
        mode=asked.get("mode", "rw"),
    )
    return {"attachment": view.full(context, synnefo_volume.create_attachment(context, spec))}


def show(context: RequestContext, attachment_id: str) -> dict[str, Any]:
    """Answer ``GET /attachments/{attachment_id}``."""
    found = synnefo_volume.show_attachment(context, attachment_id)
    return {"attachment": view.full(context, found)}


def update(context: RequestContext, attachment_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /attachments/{attachment_id}``."""
    connector = body["attachment"]["connector"]
    found = synnefo_volume.update_attachment(context, attachment_id, connector)
    return {"attachment": view.full(context, found)}


def complete(context: RequestContext, attachment_id: str) -> None:
    """Answer ``POST /attachments/{attachment_id}/action``: the volume is in use now."""
    synnefo_volume.complete_attachment(context, attachment_id)


def delete(context: RequestContext, attachment_id: str) -> dict[str, Any]:
    """Answer ``DELETE /attachments/{attachment_id}``."""
    left = synnefo_volume.delete_attachment(context, attachment_id)
    return {"attachments": [view.brief(each) for each in left]}
