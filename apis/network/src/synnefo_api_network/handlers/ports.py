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
from synnefo_network import (
    AddressFilter,
    AddressPair,
    DhcpOptionChange,
    FixedIpRequest,
    Port,
    PortChanges,
    PortSpec,
)

_NAMES = {
    "name": "name",
    "description": "description",
    "admin_state_up": "is_admin_up",
    "device_id": "device_id",
    "device_owner": "device_owner",
    "port_security_enabled": "is_secured",
    "security_groups": "security_group_ids",
    "dns_name": "dns_name",
    "dns_domain": "dns_domain",
}
_BINDING = "network:port:binding"
_BOUND = frozenset({"binding:host_id", "binding:profile"})
"""What only administrators say."""


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List ports."""
    wanted = _fixed_ip_filters(query.get("fixed_ips", []))
    found = synnefo_network.list_ports(
        context,
        filters.listing(query, filters.PORT),
        addresses=wanted,
        group_ids=query.get("security_groups", ()),
    )
    return filters.page(context, request, query, "ports", _shown(context, found))


def _shown(context: RequestContext, ports: Sequence[Port]) -> list[dict[str, Any]]:
    """Return the views of ports, with where they are for those who may see it."""
    if not context.cloud.policy.allows(context, _BINDING):
        return [views.shown(port, binding={}) for port in ports]
    hosts = synnefo_network.hosts_of(context, ports)
    return [views.shown(port, binding=views.bound(port, hosts.get(port.id, ""))) for port in ports]


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
    _require_binding(context, asked)
    spec = PortSpec(
        network_id=asked["network_id"],
        project_id=bulk.project(asked),
        mac=asked.get("mac_address"),
        **_changes(asked),
    )
    return _shown(context, [synnefo_network.create_port(context, spec)])[0]


def show(context: RequestContext, port_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show a port."""
    (view,) = _shown(context, [synnefo_network.show_port(context, port_id)])
    return {"port": filters.one(context, view, query)}


def update(
    context: RequestContext, request: Request, port_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a port."""
    _require_binding(context, body["port"])
    with revisions.matched(context, request, "port", port_id):
        changed = synnefo_network.update_port(context, port_id, _changes(body["port"]))
    return {"port": filters.one(context, _shown(context, [changed])[0], {})}


def _require_binding(context: RequestContext, asked: Mapping[str, Any]) -> None:
    """Refuse what only administrators say of where a port is."""
    if _BOUND & asked.keys():
        context.cloud.policy.require(context, _BINDING)


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
        changes["address_pairs"] = _pairs(asked)
    if "extra_dhcp_opts" in asked:
        changes["dhcp_options"] = [
            DhcpOptionChange(
                int(option.get("ip_version", 4)), option["opt_name"].strip(), option["opt_value"]
            )
            for option in asked["extra_dhcp_opts"]
        ]
    return changes


def _pairs(asked: Mapping[str, Any]) -> list[AddressPair]:
    return [
        AddressPair(pair["ip_address"], pair.get("mac_address"))
        for pair in asked["allowed_address_pairs"]
    ]


def add_pairs(context: RequestContext, port_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Let a port send from more addresses."""
    changed = synnefo_network.add_address_pairs(context, port_id, _pairs(body["port"]))
    return {"port": filters.one(context, _shown(context, [changed])[0], {})}


def remove_pairs(context: RequestContext, port_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Let a port send from some addresses no more."""
    changed = synnefo_network.remove_address_pairs(context, port_id, _pairs(body["port"]))
    return {"port": filters.one(context, _shown(context, [changed])[0], {})}


def delete(context: RequestContext, request: Request, port_id: str) -> None:
    """Delete a port."""
    with revisions.matched(context, request, "port", port_id):
        synnefo_network.delete_port(context, port_id)
