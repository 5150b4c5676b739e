# SPDX-License-Identifier: Apache-2.0
"""How the moves of servers are shown: clusters are what Nova calls computes, their nodes its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from synnefo_api_compute.versions import (
    MIGRATION_OWNERS,
    MIGRATION_PAGES,
    MIGRATION_TYPES,
    PREFIX,
)
from synnefo_compute import Move
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version

_UNMEASURED = {
    f"{what}_{part}_bytes": None
    for what in ("memory", "disk")
    for part in ("total", "processed", "remaining")
}
"""How far a live move is; no cluster tells."""


def shown(context: RequestContext, move: Move, version: Version) -> dict[str, Any]:
    """Show a move among those of all servers."""
    old, new = (_number(flavor) for flavor in move.flavors)
    told = {
        **_common(move, version),
        "instance_uuid": move.server_id,
        "old_instance_type_id": old,
        "new_instance_type_id": new,
    }
    if version >= MIGRATION_TYPES:
        told["migration_type"] = move.kind
        if move.status == "running":
            told["links"] = _links(context, move)
    return told


def of_server(move: Move, version: Version) -> dict[str, Any]:
    """Show a live move that is under way."""
    return {**_common(move, version), **_UNMEASURED, "server_uuid": move.server_id}


def _common(move: Move, version: Version) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": move.number,
        "status": move.status,
        "source_compute": move.source.cluster or None,
        "source_node": move.source.node or None,
        "dest_compute": move.target.cluster or None,
        "dest_node": move.target.node or None,
        "dest_host": None,
        "created_at": iso_naive(move.created_at),
        "updated_at": iso_naive(move.updated_at),
    }
    if version >= MIGRATION_PAGES:
        told["uuid"] = move.id
    if version >= MIGRATION_OWNERS:
        told |= {"user_id": move.user_id, "project_id": move.project_id}
    return told


def _number(flavor: str) -> int | None:
    """Return the id of a flavor that is a number, as all are in Nova's own tables."""
    return int(flavor) if flavor.isascii() and flavor.isdigit() else None


def _links(context: RequestContext, move: Move) -> list[dict[str, str]]:
    path, base = f"servers/{move.server_id}/migrations/{move.number}", context.cloud.public_url
    return [
        {"rel": "self", "href": f"{base}{PREFIX}/{path}"},
        {"rel": "bookmark", "href": f"{base}/compute/{path}"},
    ]


def next_page(context: RequestContext, last: Move, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the link to what follows the last move of a page."""
    following = urlencode({**query, "marker": last.id})
    href = f"{context.cloud.public_url}{PREFIX}/os-migrations?{following}"
    return {"migrations_links": [{"rel": "next", "href": href}]}
