# SPDX-License-Identifier: Apache-2.0
"""Ports. Source: OpenStack Networking API v2.0, "Ports"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk, revisions
from synnefo_api_network.views import port as views
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_network import AddressFilter, AddressPair, FixedIpRequest, PortChanges, PortSpec

_NAMES = {
    "name": "name",
    "description": "description",
    "admin_state_up": "is_admin_up",
    "device_id": "device_id",
    "device_owner": "device_owner",
    "port_security_enabled": "is_secured",
    "security_groups": "security_group_ids",
}


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List ports."""
    wanted = _fixed_ip_filters(query.get("fixed_ips", []))
    found = synnefo_network.list_ports(
        context,
        filters.listing(query, filters.PORT),
        addresses=wanted,
        group_ids=query.get("security_groups", ()),
    )
    return filters.page(context, request, query, "ports", [views.shown(one) for one in found])


def _fixed_ip_filters(texts: Sequence[str]) -> AddressFilter:
    """Return what ``fixed_ips=ip_address=…``, ``ip_address_substr`` and ``subnet_id`` ask for."""
    wanted: dict[str, list[str]] = {"ip_address": [], "ip_address_substr": [], "subnet_id": []}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in wanted:
            raise InvalidField("fixed_ips", f"must be one of {', '.join(wanted)}, and its value")
        wanted[name].append(value)
    return AddressFilter(wanted["ip_address"], wanted["ip_address_substr"], wanted["subnet_id"])


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make one or several ports."""
    return bulk.create(context, body, "port", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    spec = PortSpec(
        network_id=asked["network_id"],
        project_id=bulk.project(asked),
        mac=asked.get("mac_address"),
        **_changes(asked),
    )
    return views.shown(synnefo_network.create_port(context, spec))


def show(context: RequestContext, port_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show a port."""
    view = views.shown(synnefo_network.show_port(context, port_id))
    return {"port": filters.one(context, view, query)}


def update(
    context: RequestContext, request: Request, port_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a port."""
    with revisions.matched(context, request, "port", port_id):
        changed = synnefo_network.update_port(context, port_id, _changes(body["port"]))
    return {"port": filters.one(context, views.shown(changed), {})}


def _changes(asked: Mapping[str, Any]) -> PortChanges:
    changes: PortChanges = {}
    for theirs, ours in _NAMES.items():
        if theirs in asked:
            changes[ours] = asked[theirs]  # type: ignore[literal-required]  # names of a table
    if "fixed_ips" in asked:
        changes["fixed_ips"] = [
            FixedIpRequest(fixed.get("subnet_id"), fixed.get("ip_address"))
            for fixed in asked["fixed_ips"]
        ]
    if "allowed_address_pairs" in asked:
        changes["address_pairs"] = [
            AddressPair(pair["ip_address"], pair.get("mac_address"))
            for pair in asked["allowed_address_pairs"]
        ]
    return changes


def delete(context: RequestContext, request: Request, port_id: str) -> None:
    """Delete a port."""
    with revisions.matched(context, request, "port", port_id):
        synnefo_network.delete_port(context, port_id)
