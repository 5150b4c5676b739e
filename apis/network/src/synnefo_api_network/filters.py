# SPDX-License-Identifier: Apache-2.0
"""Neutron's query parameters: filters by attribute, ``fields``, sorting and paging.

Source: OpenStack Networking API v2.0, "Filtering and Column Selection", "Pagination",
"Sorting".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from webob import Request

import synnefo_network
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_network import Listing

_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def truth(text: str) -> bool:
    """Return what a text means that is true or false; raise ValueError for any other."""
    if text.lower() not in _WORDS:
        raise ValueError(text)
    return _WORDS[text.lower()]


def number(text: str) -> int:
    """Return an integer that any database's column can be compared with."""
    if not re.fullmatch("-?[0-9]{1,9}", text):
        raise ValueError(text)
    return int(text)


@dataclass(frozen=True)
class Field:
    """An attribute by which can be filtered or sorted.

    Attributes:
        name: What the service calls it.
        parse: Turns text into a value; raises ValueError.
        is_sortable: Whether lists can be sorted by it.
        is_filter: Whether lists can be filtered by it.
    """

    name: str
    parse: Callable[[str], Any] = str
    is_sortable: bool = True
    is_filter: bool = True


Fields = Mapping[str, Field]

OWNED: dict[str, Field] = {
    "id": Field("id"),
    "name": Field("name"),
    "description": Field("description"),
    "tenant_id": Field("project_id"),
    "project_id": Field("project_id"),
    "revision_number": Field("revision", number),
    "created_at": Field("created_at", is_filter=False),
    "updated_at": Field("updated_at", is_filter=False),
}
"""What everything here has."""

TAGS: dict[str, Field] = {
    name: Field(name, is_sortable=False)
    for name in ("tags", "tags-any", "not-tags", "not-tags-any")
}
TAGGED: dict[str, Field] = OWNED | TAGS
"""What everything that can have tags has."""

NETWORK: Fields = TAGGED | {
    "admin_state_up": Field("is_admin_up", truth),
    "shared": Field("is_shared", truth),
    "router:external": Field("is_external", truth),
    "mtu": Field("mtu", number),
    "port_security_enabled": Field("is_port_secured", truth),
    "is_default": Field("is_default", truth),
    "dns_domain": Field("dns_domain", str.lower, is_sortable=False),
}
PROVIDER: Fields = {
    "provider:network_type": Field("kind"),
    "provider:physical_network": Field("physical_network"),
    "provider:segmentation_id": Field("segmentation_id", number),
    "SNF:drained": Field("is_drained", truth),
}
"""What administrators can also ask for."""
SUBNET: Fields = TAGGED | {
    "network_id": Field("network_id"),
    "ip_version": Field("ip_version", number),
    "cidr": Field("cidr"),
    "subnetpool_id": Field("pool_id", is_sortable=False),
    "gateway_ip": Field("gateway_ip", is_sortable=False),
    "enable_dhcp": Field("is_dhcp_enabled", truth),
    "ipv6_ra_mode": Field("ipv6_ra_mode", is_sortable=False),
    "ipv6_address_mode": Field("ipv6_address_mode", is_sortable=False),
}
PORT: Fields = TAGGED | {
    "network_id": Field("network_id"),
    "mac_address": Field("mac", str.lower),
    "admin_state_up": Field("is_admin_up", truth),
    "device_id": Field("device_id"),
    "device_owner": Field("device_owner"),
    "port_security_enabled": Field("is_secured", truth),
    "status": Field("status", is_sortable=False),
    "dns_name": Field("dns_name", str.lower, is_sortable=False),
    "dns_domain": Field("dns_domain", str.lower, is_sortable=False),
}
SECURITY_GROUP: Fields = TAGGED | {"stateful": Field("is_stateful", truth)}
SECURITY_RULE: Fields = {name: field for name, field in OWNED.items() if name != "name"} | {
    "security_group_id": Field("group_id"),
    "direction": Field("direction"),
    "ethertype": Field("ethertype"),
    "protocol": Field("protocol", is_sortable=False),
    "port_range_min": Field("port_min", number, is_sortable=False),
    "port_range_max": Field("port_max", number, is_sortable=False),
    "remote_group_id": Field("remote_group_id", is_sortable=False),
    "remote_ip_prefix": Field("remote_prefix", is_sortable=False),
}


def listing(query: Mapping[str, Any], fields: Fields) -> Listing:
    """Return what a query asks for.

    Raises:
        InvalidField: A value is not of its attribute's type, or the order makes no sense.
    """
    where: dict[str, list[Any]] = {}
    for name, field in fields.items():
        if name in query:
            texts = query[name] if name not in TAGS else _split(query[name])
            where.setdefault(field.name, []).extend(_parsed(name, field, texts))
    return Listing(
        where=where,
        order=_order(query, fields),
        marker=query.get("marker"),
        limit=int(query.get("limit", 0)) or None,
        is_reversed=_is_reversed(query),
    )


def _split(texts: Sequence[str]) -> list[str]:
    """Return the tags of a filter, which has several of them in one value."""
    return [tag for text in texts for tag in text.split(",")]


def _parsed(name: str, field: Field, texts: Sequence[str]) -> list[Any]:
    try:
        return [field.parse(text) for text in texts]
    except ValueError as cause:
        raise InvalidField(name, f"{cause} is not a value of this attribute") from cause


def _order(query: Mapping[str, Any], fields: Fields) -> list[tuple[str, bool]]:
    keys, directions = query.get("sort_key", []), query.get("sort_dir", [])
    if directions and len(keys) != len(directions):
        raise InvalidField("sort_dir", "there must be one for each sort_key")
    for key in keys:
        if key not in fields or not fields[key].is_sortable:
            raise InvalidField("sort_key", f"{key} is not an attribute to sort by")
    directions = directions or ["asc"] * len(keys)
    pairs = zip(keys, directions, strict=True)
    return [(fields[key].name, direction == "desc") for key, direction in pairs]


def _is_reversed(query: Mapping[str, Any]) -> bool:
    return (
        _parsed("page_reverse", Field("", truth), [query.get("page_reverse", "false")])[0] is True
    )


def chosen(view: dict[str, Any], query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a query asks for, all if it names none."""
    names = query.get("fields")
    return view if not names else {name: view[name] for name in names if name in view}


def tagged(context: RequestContext, views: Sequence[dict[str, Any]]) -> None:
    """Put the tags of things into their views."""
    able = {view["id"]: view for view in views if "tags" in view}
    if not able:
        return
    for thing_id, tags in synnefo_network.tags_of_many(context, able).items():
        able[thing_id]["tags"] = tags


def one(context: RequestContext, view: dict[str, Any], query: Mapping[str, Any]) -> dict[str, Any]:
    """Return a thing's view with its tags, and of it the fields that a query asks for."""
    tagged(context, [view])
    return chosen(view, query)


def page(
    context: RequestContext,
    request: Request,
    query: Mapping[str, Any],
    plural: str,
    views: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """Return a list's document, with links to the pages around it when it is a page."""
    tagged(context, views)
    shown: dict[str, Any] = {plural: [chosen(view, query) for view in views]}
    limit = int(query.get("limit", 0))
    if not limit:
        return shown
    is_full, has_more_behind = len(views) == limit, bool(query.get("marker") and views)
    is_reversed = _is_reversed(query)
    link = partial(_link, context.cloud.public_url, request)
    links = []
    if views and (has_more_behind if is_reversed else is_full):
        links.append(link("next", views[-1]["id"], is_reversed=False))
    if views and (is_full if is_reversed else has_more_behind):
        links.append(link("previous", views[0]["id"], is_reversed=True))
    if links:
        shown[f"{plural}_links"] = links
    return shown


def _link(
    base: str, request: Request, rel: str, marker: str, *, is_reversed: bool
) -> dict[str, str]:
    pairs = [pair for pair in request.GET.items() if pair[0] not in ("marker", "page_reverse")]
    pairs.append(("marker", marker))
    if is_reversed:
        pairs.append(("page_reverse", "True"))
    return {"rel": rel, "href": f"{base}{request.path}?{urlencode(pairs)}"}
