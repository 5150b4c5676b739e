# SPDX-License-Identifier: Apache-2.0
"""Rules of security groups. Source: Networking API v2.0, "Security group rules"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk
from synnefo_api_network.views import security_group as views
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_network import SecurityRuleSpec

_ANY = ("any", "")
_ETHERTYPES = {"ipv4": "IPv4", "ipv6": "IPv6"}


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List rules."""
    listing = filters.listing(query, filters.SECURITY_RULE)
    found = synnefo_network.list_security_rules(context, listing)
    shown = [views.rule(one) for one in found]
    return filters.page(context, request, query, "security_group_rules", shown)


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make one or several rules."""
    return bulk.create(context, body, "security_group_rule", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    spec = SecurityRuleSpec(
        group_id=asked["security_group_id"],
        direction=asked["direction"],
        ethertype=_ETHERTYPES[asked.get("ethertype", "IPv4").lower()],
        protocol=_protocol(asked.get("protocol")),
        port_min=_number("port_range_min", asked.get("port_range_min")),
        port_max=_number("port_range_max", asked.get("port_range_max")),
        remote_group_id=asked.get("remote_group_id"),
        remote_prefix=asked.get("remote_ip_prefix"),
        description=asked.get("description", ""),
    )
    return views.rule(synnefo_network.create_security_rule(context, spec))


def _protocol(given: str | int | None) -> str | None:
    """Return a protocol as text, which is how it is shown; None for each."""
    if given is None:
        return None
    text = str(given).lower()
    return None if text in _ANY else text


def _number(field: str, given: str | int | None) -> int | None:
    """Return a port, which some clients send as text."""
    try:
        return None if given is None else int(given)
    except ValueError as cause:
        raise InvalidField(field, f"{given!r} is not a number") from cause


def show(
    context: RequestContext, security_group_rule_id: str, query: Mapping[str, Any]
) -> dict[str, Any]:
    """Show a rule."""
    view = views.rule(synnefo_network.show_security_rule(context, security_group_rule_id))
    return {"security_group_rule": filters.one(context, view, query)}


def delete(context: RequestContext, security_group_rule_id: str) -> None:
    """Delete a rule."""
    synnefo_network.delete_security_rule(context, security_group_rule_id)
