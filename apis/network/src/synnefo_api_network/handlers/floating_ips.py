# SPDX-License-Identifier: Apache-2.0
"""Floating IPs. Source: OpenStack Networking API v2.0, "Floating IPs (floatingips)"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk, revisions
from synnefo_api_network.schemas.floating_ip import FIELDS
from synnefo_api_network.views import floating_ip as views
from synnefo_core.context import RequestContext
from synnefo_network import FloatingIpChanges, FloatingIpSpec


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List floating IPs."""
    found = synnefo_network.list_floating_ips(context, filters.listing(query, FIELDS))
    return filters.page(context, request, query, "floatingips", [views.shown(one) for one in found])


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Take one or several floating IPs."""
    return bulk.create(context, body, "floatingip", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    spec = FloatingIpSpec(
        network_id=asked.get("floating_network_id"),
        project_id=bulk.project(asked),
        description=asked.get("description", ""),
        ip=asked.get("floating_ip_address") or None,
        subnet_id=asked.get("subnet_id"),
        port_id=asked.get("port_id"),
        fixed_ip=asked.get("fixed_ip_address") or None,
        dns_name=asked.get("dns_name", ""),
        dns_domain=asked.get("dns_domain", ""),
    )
    return views.shown(synnefo_network.create_floating_ip(context, spec))


def show(context: RequestContext, floatingip_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show a floating IP."""
    view = views.shown(synnefo_network.show_floating_ip(context, floatingip_id))
    return {"floatingip": filters.one(context, view, query)}


def update(
    context: RequestContext, request: Request, floatingip_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Point a floating IP at a port, or at nothing."""
    asked, changes = body["floatingip"], FloatingIpChanges()
    if "description" in asked:
        changes["description"] = asked["description"]
    if "port_id" in asked:
        changes["port_id"] = asked["port_id"]
    if asked.get("fixed_ip_address"):
        changes["fixed_ip"] = asked["fixed_ip_address"]
    with revisions.matched(context, request, "floatingip", floatingip_id):
        changed = synnefo_network.update_floating_ip(context, floatingip_id, changes)
    return {"floatingip": filters.one(context, views.shown(changed), {})}


def act(context: RequestContext, floatingip_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give a floating IP to another project, as clients of the original ask for it."""
    given = synnefo_network.reassign_floating_ip(
        context, floatingip_id, body["reassign"]["project"]
    )
    return {"floatingip": filters.one(context, views.shown(given), {})}


def delete(context: RequestContext, request: Request, floatingip_id: str) -> None:
    """Give a floating IP back."""
    with revisions.matched(context, request, "floatingip", floatingip_id):
        synnefo_network.delete_floating_ip(context, floatingip_id)
