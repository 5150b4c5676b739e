# SPDX-License-Identifier: Apache-2.0
"""Extensions of Neutron that are spoken. Source: Networking API v2.0, "Extensions"."""

from __future__ import annotations

from typing import Any

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound

_UPDATED = "2016-01-01T00:00:00-00:00"

EXTENSIONS = {
    "allowed-address-pairs": "Ports may send from other addresses, too",
    "availability_zone": "The availability zones that networks can be in",
    "allowed-address-pairs-atomic": "These are added and removed one by one",
    "address-scope": "Subnet pools are in scopes in which addresses don't overlap",
    "binding": "Where ports are and how they are connected there",
    "default-subnetpools": "Subnets are cut from the default subnet pool",
    "dns-domain-ports": "Ports have a DNS domain of their own",
    "dns-integration": "Networks, ports and floating IPs have DNS names",
    "ext-gw-mode": "Routers have the addresses behind them translated, or not: enable_snat",
    "external-net": "Networks that lead outside: router:external",
    "extraroute": "Routers have routes of their own",
    "extraroute-atomic": "Routes of routers can be added and removed one by one",
    "extra_dhcp_opt": "Guests of single ports are told more by DHCP",
    "filter-validation": "A filter that is unknown is an error",
    "expose-port-forwarding-in-fip": "Floating IPs show their port forwardings",
    "floating-ip-port-forwarding": "Ports of floating IPs lead to ports inside",
    "floating-ip-port-forwarding-description": "Port forwardings have a description",
    "floating-ip-port-forwarding-port-ranges": "Port forwardings are of ranges of ports, too",
    "ip_allocation": "Ports say whether they got addresses",
    "ip-substring-filtering": "Ports are found by parts of their addresses",
    "network_availability_zone": "Networks say in which availability zones they are",
    "net-mtu": "The MTU of a network can be seen",
    "net-mtu-writable": "The MTU of a network can be chosen",
    "network-ip-availability": "How many addresses of networks are taken",
    "pagination": "Lists come in pages",
    "port-security": "Filters of ports can be turned off",
    "project-id": "Things have a project_id beside their tenant_id",
    "provider": "Administrators say how networks are carried: provider:network_type",
    "quota_details": "Limits are shown with what is used",
    "quotas": "Limits of a project can be seen and set",
    "rbac-policies": "Networks are opened to single projects",
    "revision-if-match": "Things are changed on condition that nobody else did meanwhile",
    "router": "Routers",
    "security-group": "Groups of rules filter the traffic of ports",
    "security-groups-normalized-cidr": "The remote ranges of rules are shown in one form, too",
    "security-groups-rules-belongs-to-default-sg": "Rules tell whether their group is the default",
    "sorting": "Lists can be sorted",
    "standard-attr-description": "Things have a description",
    "standard-attr-revisions": "Things have a revision_number",
    "standard-attr-tag": "Networks and what belongs to them have tags",
    "stateful-security-group": "Groups may forget the connections of their ports",
    "standard-attr-timestamp": "Things have created_at and updated_at",
    "subnet_allocation": "Subnets are cut from subnet pools",
    "subnetpool-prefix-ops": "Prefixes of subnet pools are added and removed one by one",
}
"""What it adds, by alias."""


def index(context: RequestContext) -> dict[str, Any]:
    """List extensions."""
    del context
    return {"extensions": [_shown(alias) for alias in EXTENSIONS]}


def show(context: RequestContext, alias: str) -> dict[str, Any]:
    """Show an extension."""
    del context
    if alias not in EXTENSIONS:
        raise NotFound("extension", alias)
    return {"extension": _shown(alias)}


def _shown(alias: str) -> dict[str, Any]:
    return {
        "alias": alias,
        "name": alias,
        "description": EXTENSIONS[alias],
        "updated": _UPDATED,
        "links": [],
    }
