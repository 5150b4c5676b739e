# SPDX-License-Identifier: Apache-2.0
"""Networks. Source: OpenStack Networking API v2.0, "Networks"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk, revisions
from synnefo_api_network.views import network as views
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden
from synnefo_network import Network, NetworkChanges, NetworkSpec

_NAMES = {
    "name": "name",
    "description": "description",
    "admin_state_up": "is_admin_up",
    "shared": "is_shared",
    "router:external": "is_external",
    "mtu": "mtu",
    "port_security_enabled": "is_port_secured",
    "is_default": "is_default",
    "SNF:drained": "is_drained",
    "dns_domain": "dns_domain",
}
_STATES = {views.ACTIVE: False, views.DRAINED: True}
"""What a state says of whether a network is drained."""
_PROVIDER = "network:network:provider"


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List networks."""
    is_told = _is_carrier_shown(context)
    if not is_told and filters.PROVIDER.keys() & query.keys():
        msg = "only administrators know how networks are carried"
        raise Forbidden(msg)
    listing = filters.listing(query, {**filters.NETWORK, **(filters.PROVIDER if is_told else {})})
    if "status" in query:
        states = [_STATES[each] for each in query["status"] if each in _STATES]
        listing = replace(listing, where={**listing.where, "is_drained": states})
    found = [
        views.shown(one, is_carrier_shown=is_told)
        for one in synnefo_network.list_networks(context, listing)
    ]
    return filters.page(context, request, query, "networks", found)


def _is_carrier_shown(context: RequestContext) -> bool:
    return context.cloud.policy.allows(context, _PROVIDER)


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make one or several networks."""
    return bulk.create(context, body, "network", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    vlan = asked.get("provider:segmentation_id")
    spec = NetworkSpec(
        project_id=bulk.project(asked),
        kind=asked.get("provider:network_type") or "",
        physical_network=asked.get("provider:physical_network"),
        segmentation_id=None if vlan is None else int(vlan),
        zone_hints=asked.get("availability_zone_hints", ()),
        **_changes(asked),
    )
    return _shown(context, synnefo_network.create_network(context, spec))


def _shown(context: RequestContext, network: Network) -> dict[str, Any]:
    return views.shown(network, is_carrier_shown=_is_carrier_shown(context))


def show(context: RequestContext, network_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show a network."""
    view = _shown(context, synnefo_network.show_network(context, network_id))
    return {"network": filters.one(context, view, query)}


def update(
    context: RequestContext, request: Request, network_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a network."""
    with revisions.matched(context, request, "network", network_id):
        changed = synnefo_network.update_network(context, network_id, _changes(body["network"]))
    return {"network": filters.one(context, _shown(context, changed), {})}


def _changes(asked: Mapping[str, Any]) -> NetworkChanges:
    changes: NetworkChanges = {}
    for theirs, ours in _NAMES.items():
        if theirs in asked:
            changes[ours] = asked[theirs]  # type: ignore[literal-required]  # names of a table
    if "mtu" in changes:
        changes["mtu"] = int(changes["mtu"])
    return changes


def act(context: RequestContext, network_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a network to another project, as clients of the original ask for it."""
    given = synnefo_network.reassign_network(context, network_id, body["reassign"]["project"])
    return {"network": filters.one(context, _shown(context, given), {})}


def delete(context: RequestContext, request: Request, network_id: str) -> None:
    """Delete a network."""
    with revisions.matched(context, request, "network", network_id):
        synnefo_network.delete_network(context, network_id)
