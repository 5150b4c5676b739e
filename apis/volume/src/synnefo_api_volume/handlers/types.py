# SPDX-License-Identifier: Apache-2.0
"""Types: everybody looks, administrators change and say who may use them.

Source: docs.openstack.org/api-ref/block-storage/v3, "Volume types (types)" and "Volume type access".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume import queries
from synnefo_api_volume.schemas.body import is_set
from synnefo_api_volume.views import link, type as view
from synnefo_core.context import RequestContext

DEFAULT = "default"
"""Stands for the id of the caller's default type."""
_SORTED = {name: name for name in ("id", "name", "created_at", "updated_at", "is_public")}


def index(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /types``."""
    limit = queries.limit(query)
    is_named = "is_public" in query
    found = synnefo_volume.list_types(
        context,
        is_public=queries.choice(query, "is_public") if is_named else True,
        extra_specs=queries.words(query, "extra_specs"),
        limit=limit,
        marker=query.get("marker", ""),
        offset=int(query.get("offset", 0)),
        sort=queries.sort(query, _SORTED),
    )
    shown: dict[str, Any] = {"volume_types": [view.full(context, each) for each in found]}
    links = link.following(context, "types", query, [each.id for each in found], limit)
    return shown | ({"volume_type_links": links} if links else {})


def create(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /types``."""
    asked = body["volume_type"]
    specs = {name: value or "" for name, value in (asked.get("extra_specs") or {}).items()}
    found = synnefo_volume.create_type(
        context,
        name=asked["name"].strip(),
        description=asked.get("description") or "",
        is_public=is_set(asked.get("os-volume-type-access:is_public", True)),
        extra_specs=specs,
    )
    return {"volume_type": view.full(context, found)}


def show(context: RequestContext, type_id: str) -> dict[str, Any]:
    """Answer ``GET /types/{type_id}``."""
    if type_id == DEFAULT:
        return {"volume_type": view.full(context, synnefo_volume.default_type(context))}
    return {"volume_type": view.full(context, synnefo_volume.show_type(context, type_id))}


def update(context: RequestContext, type_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /types/{type_id}``."""
    asked = body["volume_type"]
    name, is_public = asked.get("name"), asked.get("is_public")
    found = synnefo_volume.update_type(
        context,
        type_id,
        name=None if name is None else name.strip(),
        description=(asked["description"] or "") if "description" in asked else None,
        is_public=None if is_public is None else is_set(is_public),
    )
    return {"volume_type": view.full(context, found)}


def delete(context: RequestContext, type_id: str) -> None:
    """Answer ``DELETE /types/{type_id}``."""
    synnefo_volume.delete_type(context, type_id)


def list_access(context: RequestContext, type_id: str) -> dict[str, Any]:
    """Answer ``GET /types/{type_id}/os-volume-type-access``."""
    return view.access(type_id, synnefo_volume.list_type_access(context, type_id))


def act(context: RequestContext, type_id: str, body: dict[str, Any]) -> None:
    """Answer ``POST /types/{type_id}/action``."""
    ((action, asked),) = body.items()
    change = {
        "addProjectAccess": synnefo_volume.allow_type,
        "removeProjectAccess": synnefo_volume.forbid_type,
    }[action]
    change(context, type_id, asked["project"])


def show_encryption(context: RequestContext, type_id: str) -> dict[str, Any]:
    """Answer ``GET /types/{type_id}/encryption``: no volume is encrypted."""
    synnefo_volume.show_type(context, type_id)
    return {}
