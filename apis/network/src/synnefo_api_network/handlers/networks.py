# SPDX-License-Identifier: Apache-2.0
"""Networks. Source: OpenStack Networking API v2.0, "Networks"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk, revisions
from synnefo_api_network.views import network as views
from synnefo_core.context import RequestContext
from synnefo_network import NetworkChanges, NetworkSpec

_NAMES = {
    "name": "name",
    "description": "description",
    "admin_state_up": "is_admin_up",
    "shared": "is_shared",
    "router:external": "is_external",
    "mtu": "mtu",
    "port_security_enabled": "is_port_secured",
}


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List networks."""
    found = []
    if views.STATUS in query.get("status", [views.STATUS]):
        listing = filters.listing(query, filters.NETWORK)
        found = synnefo_network.list_networks(context, listing)
    return filters.page(context, request, query, "networks", [views.shown(one) for one in found])


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make one or several networks."""
    return bulk.create(context, body, "network", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    spec = NetworkSpec(project_id=bulk.project(asked), **_changes(asked))
    return views.shown(synnefo_network.create_network(context, spec))


def show(context: RequestContext, network_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show a network."""
    view = views.shown(synnefo_network.show_network(context, network_id))
    return {"network": filters.one(context, view, query)}


def update(
    context: RequestContext, request: Request, network_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a network."""
    with revisions.matched(context, request, "network", network_id):
        changed = synnefo_network.update_network(context, network_id, _changes(body["network"]))
    return {"network": filters.one(context, views.shown(changed), {})}


def _changes(asked: Mapping[str, Any]) -> NetworkChanges:
    changes: NetworkChanges = {}
    for theirs, ours in _NAMES.items():
        if theirs in asked:
            changes[ours] = asked[theirs]  # type: ignore[literal-required]  # names of a table
    if "mtu" in changes:
        changes["mtu"] = int(changes["mtu"])
    return changes


def delete(context: RequestContext, request: Request, network_id: str) -> None:
    """Delete a network."""
    with revisions.matched(context, request, "network", network_id):
        synnefo_network.delete_network(context, network_id)
