# SPDX-License-Identifier: Apache-2.0
"""Flavors: list, show; administrators create and delete.

Source: docs.openstack.org/api-ref/compute, "Flavors".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.views import flavor as view
from synnefo_core.context import RequestContext


def index(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /flavors``: ids and names."""
    return {"flavors": [view.brief(context, flavor) for flavor in _page(context, query)]}


def detail(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /flavors/detail``."""
    return {"flavors": [view.full(context, flavor) for flavor in _page(context, query)]}


def _page(context: RequestContext, query: dict[str, Any]) -> list[synnefo_compute.Flavor]:
    return synnefo_compute.list_flavors(
        context,
        limit=int(query["limit"]) if "limit" in query else None,
        marker=query.get("marker", ""),
        min_disk_gib=int(query.get("minDisk", 0)),
        min_ram_mib=int(query.get("minRam", 0)),
    )


def show(context: RequestContext, flavor_id: str) -> dict[str, Any]:
    """Answer ``GET /flavors/{flavor_id}``."""
    return {"flavor": view.full(context, synnefo_compute.show_flavor(context, flavor_id))}


def create(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /flavors``."""
    asked = body["flavor"]
    flavor = synnefo_compute.create_flavor(
        context,
        name=asked["name"],
        vcpus=int(asked["vcpus"]),
        ram_mib=int(asked["ram"]),
        disk_gib=int(asked["disk"]),
        flavor_id=str(asked.get("id") or "").replace("auto", ""),
        is_public=asked.get("os-flavor-access:is_public", True),
    )
    return {"flavor": view.full(context, flavor)}


def delete(context: RequestContext, flavor_id: str) -> None:
    """Answer ``DELETE /flavors/{flavor_id}``."""
    synnefo_compute.delete_flavor(context, flavor_id)


def extra_specs(context: RequestContext, flavor_id: str) -> dict[str, Any]:
    """Answer ``GET /flavors/{flavor_id}/os-extra_specs``."""
    flavor = synnefo_compute.show_flavor(context, flavor_id)
    return {"extra_specs": view.extra_specs(flavor)}
