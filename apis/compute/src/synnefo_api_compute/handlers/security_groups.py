# SPDX-License-Identifier: Apache-2.0
"""Security groups as Nova passed them on before 2.36: Neutron's, in another form.

Source: docs.openstack.org/api-ref/compute, "Security groups (os-security-groups) (DEPRECATED)",
"Rules for security group (os-security-group-rules) (DEPRECATED)".
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import synnefo_compute
import synnefo_network
from synnefo_api_compute.views import security_group as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_network import Listing, SecurityGroup, SecurityGroupSpec, SecurityRuleSpec

_ANY_PORT = -1


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-security-groups``."""
    own = Listing({"project_id": [context.project_id]})
    return _shown(context, synnefo_network.list_security_groups(context, own))


def of_server(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-security-groups``."""
    return _shown(context, synnefo_compute.security_groups_of(context, server_id))


def _shown(context: RequestContext, found: list[SecurityGroup]) -> dict[str, Any]:
    known = _named(context, *found)
    return {"security_groups": [view.shown(group, known) for group in found]}


def _named(context: RequestContext, *groups: SecurityGroup) -> dict[str, SecurityGroup]:
    """Return these groups and those that their rules name, by their ids."""
    known = {group.id: group for group in groups}
    named = {rule.remote_group_id for group in groups for rule in group.rules} - {None}
    missing = sorted(group_id for group_id in named if group_id and group_id not in known)
    if missing:
        found = synnefo_network.list_security_groups(context, Listing({"id": missing}))
        known |= {group.id: group for group in found}
    return known


def show(context: RequestContext, security_group_id: str) -> dict[str, Any]:
    """Answer ``GET /os-security-groups/{security_group_id}``."""
    group = synnefo_network.show_security_group(context, security_group_id)
    return {"security_group": view.shown(group, _named(context, group))}


def create(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /os-security-groups``."""
    asked = body["security_group"]
    spec = SecurityGroupSpec(name=asked["name"], description=asked.get("description") or "")
    group = synnefo_network.create_security_group(context, spec)
    return {"security_group": view.shown(group, {})}


def update(context: RequestContext, security_group_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /os-security-groups/{security_group_id}``."""
    asked = body["security_group"]
    group = synnefo_network.update_security_group(
        context,
        security_group_id,
        {"name": asked["name"], "description": asked.get("description") or ""},
    )
    return {"security_group": view.shown(group, _named(context, group))}


def delete(context: RequestContext, security_group_id: str) -> None:
    """Answer ``DELETE /os-security-groups/{security_group_id}``."""
    synnefo_compute.delete_security_group(context, security_group_id)


def delete_none(context: RequestContext) -> None:
    """Answer ``DELETE /os-security-groups/``: the group without an id is not there."""
    synnefo_compute.delete_security_group(context, "")


def create_rule(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /os-security-group-rules``: let something in."""
    asked = body["security_group_rule"]
    protocol = asked.get("ip_protocol")
    cidr = None if asked.get("group_id") else asked.get("cidr")
    rule = synnefo_network.create_security_rule(
        context,
        SecurityRuleSpec(
            group_id=asked["parent_group_id"],
            direction="ingress",
            ethertype=_ethertype(cidr),
            protocol=None if protocol is None else protocol.lower(),
            port_min=_port("from_port", asked.get("from_port")),
            port_max=_port("to_port", asked.get("to_port")),
            remote_group_id=asked.get("group_id"),
            remote_prefix=cidr,
        ),
    )
    group = synnefo_network.show_security_group(context, rule.group_id)
    return {"security_group_rule": view.rule(rule, _named(context, group))}


def _ethertype(cidr: str | None) -> str:
    """Return the version of a range; whether it is one shows later."""
    try:
        return "IPv4" if cidr is None else f"IPv{ip_network(cidr, strict=False).version}"
    except ValueError:
        return "IPv4"


def _port(field: str, given: str | int | None) -> int | None:
    try:
        port = None if given is None else int(given)
    except ValueError as cause:
        raise InvalidField(field, f"{given!r} is not a number") from cause
    return None if port == _ANY_PORT else port


def delete_rule(context: RequestContext, security_group_rule_id: str) -> None:
    """Answer ``DELETE /os-security-group-rules/{security_group_rule_id}``."""
    synnefo_network.delete_security_rule(context, security_group_rule_id)
