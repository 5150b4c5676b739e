# SPDX-License-Identifier: Apache-2.0
"""Subnets. Source: OpenStack Networking API v2.0, "Subnets"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk, revisions
from synnefo_api_network.views import subnet as views
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_network import ANY_POOL, SubnetChanges, SubnetSpec


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List subnets."""
    found = synnefo_network.list_subnets(context, filters.listing(query, filters.SUBNET))
    return filters.page(context, request, query, "subnets", [views.shown(one) for one in found])


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make one or several subnets."""
    return bulk.create(context, body, "subnet", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    spec = SubnetSpec(
        network_id=asked["network_id"],
        cidr=asked.get("cidr") or "",
        pool_id=_pool(asked),
        prefix_length=int(asked["prefixlen"]) if "prefixlen" in asked else None,
        ip_version=int(asked["ip_version"]),
        project_id=bulk.project(asked),
        ipv6_ra_mode=asked.get("ipv6_ra_mode"),
        ipv6_address_mode=asked.get("ipv6_address_mode"),
        **_changes(asked),
    )
    return views.shown(synnefo_network.create_subnet(context, spec))


def _pool(asked: Mapping[str, Any]) -> str | None:
    """Return the subnet pool that is asked for, in either way."""
    named: str | None = asked.get("subnetpool_id")
    is_any = asked.get("use_default_subnetpool", False)
    if named is not None and is_any:
        raise InvalidField("subnetpool_id", "give it or use_default_subnetpool, not both")
    if named is None and not is_any:
        if not asked.get("cidr"):
            raise InvalidField("cidr", "a cidr or a subnetpool_id must be given")
        if "prefixlen" in asked:
            raise InvalidField("prefixlen", "it is for subnets that are cut from a pool")
    return ANY_POOL if is_any else named


def show(context: RequestContext, subnet_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show a subnet."""
    view = views.shown(synnefo_network.show_subnet(context, subnet_id))
    return {"subnet": filters.one(context, view, query)}


def update(
    context: RequestContext, request: Request, subnet_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a subnet."""
    with revisions.matched(context, request, "subnet", subnet_id):
        changed = synnefo_network.update_subnet(context, subnet_id, _changes(body["subnet"]))
    return {"subnet": filters.one(context, views.shown(changed), {})}


def _changes(asked: Mapping[str, Any]) -> SubnetChanges:
    changes: SubnetChanges = {}
    if "name" in asked:
        changes["name"] = asked["name"]
    if "description" in asked:
        changes["description"] = asked["description"]
    if "gateway_ip" in asked:
        changes["gateway_ip"] = asked["gateway_ip"]
    if "enable_dhcp" in asked:
        changes["is_dhcp_enabled"] = asked["enable_dhcp"]
    if "dns_nameservers" in asked:
        changes["dns_servers"] = asked["dns_nameservers"]
    if "allocation_pools" in asked:
        changes["pools"] = [(pool["start"], pool["end"]) for pool in asked["allocation_pools"]]
    if "host_routes" in asked:
        routes = asked["host_routes"]
        changes["host_routes"] = [(route["destination"], route["nexthop"]) for route in routes]
    return changes


def delete(context: RequestContext, request: Request, subnet_id: str) -> None:
    """Delete a subnet."""
    with revisions.matched(context, request, "subnet", subnet_id):
        synnefo_network.delete_subnet(context, subnet_id)
