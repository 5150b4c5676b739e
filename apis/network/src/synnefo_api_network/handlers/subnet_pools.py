# SPDX-License-Identifier: Apache-2.0
"""Subnet pools. Source: Networking API v2.0, "Subnet pools", "Subnet pool prefix operations"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk, revisions
from synnefo_api_network.schemas.subnet_pool import FIELDS
from synnefo_api_network.views import subnet_pool as views
from synnefo_core.context import RequestContext
from synnefo_network import SubnetPoolChanges, SubnetPoolSpec

_NAMES = {
    "name": "name",
    "description": "description",
    "prefixes": "prefixes",
    "default_quota": "default_quota",
    "is_default": "is_default",
    "address_scope_id": "scope_id",
}
_LENGTHS = {
    "min_prefixlen": "min_length",
    "max_prefixlen": "max_length",
    "default_prefixlen": "default_length",
}


def _changes(asked: Mapping[str, Any]) -> dict[str, Any]:
    plain = {ours: asked[theirs] for theirs, ours in _NAMES.items() if theirs in asked}
    lengths = {ours: int(asked[theirs]) for theirs, ours in _LENGTHS.items() if theirs in asked}
    return plain | lengths


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List subnet pools."""
    found = synnefo_network.list_subnet_pools(context, filters.listing(query, FIELDS))
    return filters.page(context, request, query, "subnetpools", [views.shown(one) for one in found])


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make one or several subnet pools."""
    return bulk.create(context, body, "subnetpool", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    spec = SubnetPoolSpec(
        project_id=bulk.project(asked),
        is_shared=asked.get("shared", False),
        **_changes(asked),
    )
    return views.shown(synnefo_network.create_subnet_pool(context, spec))


def show(context: RequestContext, subnetpool_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show a subnet pool."""
    view = views.shown(synnefo_network.show_subnet_pool(context, subnetpool_id))
    return {"subnetpool": filters.one(context, view, query)}


def update(
    context: RequestContext, request: Request, subnetpool_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a subnet pool."""
    changes = SubnetPoolChanges(**_changes(body["subnetpool"]))  # type: ignore[typeddict-item]  # names of tables
    with revisions.matched(context, request, "subnetpool", subnetpool_id):
        changed = synnefo_network.update_subnet_pool(context, subnetpool_id, changes)
    return {"subnetpool": filters.one(context, views.shown(changed), {})}


def delete(context: RequestContext, request: Request, subnetpool_id: str) -> None:
    """Delete a subnet pool."""
    with revisions.matched(context, request, "subnetpool", subnetpool_id):
        synnefo_network.delete_subnet_pool(context, subnetpool_id)


def add_prefixes(
    context: RequestContext, subnetpool_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Give a subnet pool more ranges."""
    changed = synnefo_network.add_prefixes(context, subnetpool_id, body["prefixes"])
    return {"prefixes": list(changed.prefixes)}


def remove_prefixes(
    context: RequestContext, subnetpool_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Take ranges from a subnet pool."""
    changed = synnefo_network.remove_prefixes(context, subnetpool_id, body["prefixes"])
    return {"prefixes": list(changed.prefixes)}
