# SPDX-License-Identifier: Apache-2.0
"""Transfers: a volume that is offered to who knows a key.

Source: docs.openstack.org/api-ref/block-storage/v3, "Volume transfer".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume import queries, selections, versions
from synnefo_api_volume.schemas.body import is_set
from synnefo_api_volume.views import transfer as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version

_COLUMNS = {"volume_id": "volume_id"}
_SORTED = {name: name for name in ("id", "name", "created_at", "volume_id")}


def _found(
    context: RequestContext, query: dict[str, Any], version: Version
) -> list[synnefo_volume.Transfer]:
    return synnefo_volume.list_transfers(
        context,
        limit=queries.limit(query),
        marker=query.get("marker", ""),
        offset=int(query.get("offset", 0)),
        selection=selections.of(context, query, version, _COLUMNS),
        sort=queries.sort(query, _SORTED),
    )


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /volume-transfers``."""
    return {"transfers": [view.brief(context, each) for each in _found(context, query, version)]}


def detail(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /volume-transfers/detail``."""
    found = _found(context, query, version)
    return {"transfers": [view.full(context, each, version) for each in found]}


def create(context: RequestContext, body: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``POST /volume-transfers``; older clients know of volumes without snapshots only."""
    asked = body["transfer"]
    made = synnefo_volume.create_transfer(
        context,
        asked["volume_id"],
        name=asked.get("name") or "",
        with_snapshots=version >= versions.TRANSFERS_WITH_SNAPSHOTS
        and not is_set(asked.get("no_snapshots", False)),
    )
    shown = view.full(context, made.transfer, version)
    return {"transfer": {**shown, "auth_key": made.auth_key}}


def show(context: RequestContext, transfer_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /volume-transfers/{transfer_id}``."""
    found = synnefo_volume.show_transfer(context, transfer_id)
    return {"transfer": view.full(context, found, version)}


def accept(context: RequestContext, transfer_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /volume-transfers/{transfer_id}/accept``."""
    found = synnefo_volume.accept_transfer(context, transfer_id, body["accept"]["auth_key"])
    return {"transfer": view.brief(context, found)}


def delete(context: RequestContext, transfer_id: str) -> None:
    """Answer ``DELETE /volume-transfers/{transfer_id}``."""
    synnefo_volume.delete_transfer(context, transfer_id)
