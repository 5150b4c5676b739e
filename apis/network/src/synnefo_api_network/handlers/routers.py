# SPDX-License-Identifier: Apache-2.0
"""Routers. Source: OpenStack Networking API v2.0, "Routers"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk, revisions
from synnefo_api_network.schemas.router import FIELDS
from synnefo_api_network.views import router as views
from synnefo_core.context import RequestContext
from synnefo_network import FixedIpRequest, GatewaySpec, RouterChanges, RouterSpec


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List routers."""
    found = synnefo_network.list_routers(context, filters.listing(query, FIELDS))
    return filters.page(context, request, query, "routers", [views.shown(one) for one in found])


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make one or several routers."""
    return bulk.create(context, body, "router", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    spec = RouterSpec(
        name=asked.get("name", ""),
        description=asked.get("description", ""),
        project_id=bulk.project(asked),
        is_admin_up=asked.get("admin_state_up", True),
        gateway=_gateway(asked.get("external_gateway_info")),
    )
    return views.shown(synnefo_network.create_router(context, spec))


def show(context: RequestContext, router_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show a router."""
    view = views.shown(synnefo_network.show_router(context, router_id))
    return {"router": filters.one(context, view, query)}


def update(
    context: RequestContext, request: Request, router_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a router."""
    asked, changes = body["router"], RouterChanges()
    if "name" in asked:
        changes["name"] = asked["name"]
    if "description" in asked:
        changes["description"] = asked["description"]
    if "admin_state_up" in asked:
        changes["is_admin_up"] = asked["admin_state_up"]
    if "external_gateway_info" in asked:
        changes["gateway"] = _gateway(asked["external_gateway_info"])
    if "routes" in asked:
        changes["routes"] = _routes(asked["routes"] or [])
    with revisions.matched(context, request, "router", router_id):
        changed = synnefo_network.update_router(context, router_id, changes)
    return {"router": filters.one(context, views.shown(changed), {})}


def _gateway(asked: Mapping[str, Any] | None) -> GatewaySpec | None:
    """Return what ``external_gateway_info`` asks for; null and ``{}`` mean none."""
    if not asked:
        return None
    wanted = asked.get("external_fixed_ips")
    fixed_ips = wanted and [
        FixedIpRequest(fixed.get("subnet_id"), fixed.get("ip_address")) for fixed in wanted
    ]
    return GatewaySpec(asked["network_id"], asked.get("enable_snat"), fixed_ips or None)


def _routes(asked: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(route["destination"], route["nexthop"]) for route in asked]


def delete(context: RequestContext, request: Request, router_id: str) -> None:
    """Delete a router."""
    with revisions.matched(context, request, "router", router_id):
        synnefo_network.delete_router(context, router_id)


def add_interface(
    context: RequestContext, router_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Connect a router to a subnet, or by a port."""
    return views.interface(synnefo_network.add_interface(context, router_id, **body))


def remove_interface(
    context: RequestContext, router_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Disconnect a router."""
    return views.interface(synnefo_network.remove_interface(context, router_id, **body))


def add_routes(context: RequestContext, router_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a router more routes."""
    routes = _routes(body["router"]["routes"])
    return {"router": views.shown(synnefo_network.add_routes(context, router_id, routes))}


def remove_routes(
    context: RequestContext, router_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Take routes from a router."""
    routes = _routes(body["router"]["routes"])
    return {"router": views.shown(synnefo_network.remove_routes(context, router_id, routes))}
