# SPDX-License-Identifier: Apache-2.0
"""Flavors: list, show; administrators create and delete, and say who may use them.

Source: docs.openstack.org/api-ref/compute, "Flavors" and "Flavors access".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import synnefo_compute
from synnefo_api_compute.versions import FLAVOR_SPECS
from synnefo_api_compute.views import flavor as view
from synnefo_compute import Flavor
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_core.errors import InvalidField

_SORTED = {
    "created_at": "created_at",
    "id": "id",
    "flavorid": "id",
    "is_public": "is_public",
    "memory_mb": "ram_mib",
    "name": "name",
    "root_gb": "disk_gib",
    "vcpus": "vcpus",
}
"""Columns by the key that sorts by them."""

_WORDS = {
    **dict.fromkeys(("1", "t", "true", "on", "y", "yes"), True),
    **dict.fromkeys(("0", "f", "false", "off", "n", "no"), False),
    "none": None,
}


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /flavors``: ids and names."""
    return {"flavors": [view.brief(context, flavor, version) for flavor in _page(context, query)]}


def detail(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /flavors/detail``."""
    return {"flavors": _full(context, _page(context, query), version)}


def _full(
    context: RequestContext, flavors: Sequence[Flavor], version: Version
) -> list[dict[str, Any]]:
    specs: view.Specs = {}
    if version >= FLAVOR_SPECS:
        specs = synnefo_compute.specs_of_flavors(context, [each.id for each in flavors])
    return [view.full(context, each, version, specs) for each in flavors]


def _page(context: RequestContext, query: dict[str, Any]) -> list[synnefo_compute.Flavor]:
    # Keys of what flavors do not differ in leave them in the order of their ids.
    key = _SORTED.get(query.get("sort_key", "flavorid"), "id")
    return synnefo_compute.list_flavors(
        context,
        limit=int(query["limit"]) if "limit" in query else None,
        marker=query.get("marker", ""),
        min_disk_gib=int(query.get("minDisk", 0)),
        min_ram_mib=int(query.get("minRam", 0)),
        is_public=_is_public(query.get("is_public", "true")),
        sort=[(key, query.get("sort_dir", "asc") == "desc")],
    )


def _is_public(word: str) -> bool | None:
    try:
        return _WORDS[word.strip().lower()]
    except KeyError:
        name = "is_public"
        raise InvalidField(name, f"{word} is neither true nor false nor none") from None


def show(context: RequestContext, flavor_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /flavors/{flavor_id}``."""
    flavor = synnefo_compute.show_flavor(context, flavor_id)
    return {"flavor": _full(context, [flavor], version)[0]}


def update(
    context: RequestContext, flavor_id: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``PUT /flavors/{flavor_id}``: only its description changes."""
    description = body["flavor"]["description"] or ""
    flavor = synnefo_compute.describe_flavor(context, flavor_id, description)
    return {"flavor": _full(context, [flavor], version)[0]}


def create(context: RequestContext, body: dict[str, Any], version: Version) -> dict[str, Any]:
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
        description=asked.get("description") or "",
    )
    return {"flavor": _full(context, [flavor], version)[0]}


def delete(context: RequestContext, flavor_id: str) -> None:
    """Answer ``DELETE /flavors/{flavor_id}``."""
    synnefo_compute.delete_flavor(context, flavor_id)


def show_access(context: RequestContext, flavor_id: str) -> dict[str, Any]:
    """Answer ``GET /flavors/{flavor_id}/os-flavor-access``."""
    projects = synnefo_compute.list_flavor_access(context, flavor_id)
    return view.access(flavor_id, projects)


def act(context: RequestContext, flavor_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /flavors/{flavor_id}/action``."""
    ((action, asked),) = body.items()
    change = {
        "addTenantAccess": synnefo_compute.allow_flavor,
        "removeTenantAccess": synnefo_compute.forbid_flavor,
    }[action]
    return view.access(flavor_id, change(context, flavor_id, asked["tenant"]))
