# SPDX-License-Identifier: Apache-2.0
"""Port forwardings. Source: Networking API v2.0, "Floating IPs port forwarding"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.schemas.port_forwarding import FIELDS
from synnefo_api_network.views import port_forwarding as views
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_network import PortForwardingChanges, PortForwardingSpec, Ports


def index(
    context: RequestContext, request: Request, floatingip_id: str, query: Mapping[str, Any]
) -> dict[str, Any]:
    """List the port forwardings of a floating IP."""
    listing = filters.listing(query, FIELDS)
    found = synnefo_network.list_port_forwardings(context, floatingip_id, listing)
    shown = [views.shown(one) for one in found]
    return filters.page(context, request, query, "port_forwardings", shown)


def create(context: RequestContext, floatingip_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Have ports of a floating IP lead to ports inside."""
    asked = body["port_forwarding"]
    spec = PortForwardingSpec(
        port_id=asked["internal_port_id"],
        protocol=asked["protocol"].lower(),
        outside=_ports(asked, "external_port"),
        inside=_ports(asked, "internal_port"),
        fixed_ip=asked.get("internal_ip_address"),
        description=asked.get("description", ""),
    )
    made = synnefo_network.create_port_forwarding(context, floatingip_id, spec)
    return {"port_forwarding": views.shown(made)}


def _ports(asked: Mapping[str, Any], name: str) -> Ports:
    """Return the ports that are meant by a number, by a range or by both."""
    meant = {str(asked[key]) for key in (name, f"{name}_range") if key in asked}
    spans = {Ports(int(text.split(":")[0]), int(text.split(":")[-1])) for text in meant}
    if len(spans) != 1:
        raise InvalidField(name, f"either {name} or {name}_range must be given")
    return spans.pop()


def _names(asked: Mapping[str, Any], name: str) -> bool:
    return name in asked or f"{name}_range" in asked


def show(
    context: RequestContext, floatingip_id: str, forwarding_id: str, query: Mapping[str, Any]
) -> dict[str, Any]:
    """Show a port forwarding."""
    found = synnefo_network.show_port_forwarding(context, floatingip_id, forwarding_id)
    return {"port_forwarding": filters.chosen(views.shown(found), query)}


def update(
    context: RequestContext, floatingip_id: str, forwarding_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a port forwarding."""
    asked, changes = body["port_forwarding"], PortForwardingChanges()
    if "internal_port_id" in asked:
        changes["port_id"] = asked["internal_port_id"]
    if "internal_ip_address" in asked:
        changes["fixed_ip"] = asked["internal_ip_address"]
    if "protocol" in asked:
        changes["protocol"] = asked["protocol"].lower()
    if "description" in asked:
        changes["description"] = asked["description"]
    if _names(asked, "external_port"):
        changes["outside"] = _ports(asked, "external_port")
    if _names(asked, "internal_port"):
        changes["inside"] = _ports(asked, "internal_port")
    changed = synnefo_network.update_port_forwarding(
        context, floatingip_id, forwarding_id, changes=changes
    )
    return {"port_forwarding": views.shown(changed)}


def delete(context: RequestContext, floatingip_id: str, forwarding_id: str) -> None:
    """Have ports lead nowhere any more."""
    synnefo_network.delete_port_forwarding(context, floatingip_id, forwarding_id)
