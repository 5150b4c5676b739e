# SPDX-License-Identifier: Apache-2.0
"""Security groups. Source: OpenStack Networking API v2.0, "Security groups"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk, revisions
from synnefo_api_network.views import security_group as views
from synnefo_core.context import RequestContext
from synnefo_network import SecurityGroupChanges, SecurityGroupSpec

_NAMES = {"name": "name", "description": "description", "stateful": "is_stateful"}


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List groups."""
    listing = filters.listing(query, filters.SECURITY_GROUP)
    found = synnefo_network.list_security_groups(context, listing)
    shown = [views.shown(one) for one in found]
    return filters.page(context, request, query, "security_groups", shown)


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make one or several groups."""
    return bulk.create(context, body, "security_group", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    spec = SecurityGroupSpec(project_id=bulk.project(asked), **_changes(asked))
    return views.shown(synnefo_network.create_security_group(context, spec))


def show(
    context: RequestContext, security_group_id: str, query: Mapping[str, Any]
) -> dict[str, Any]:
    """Show a group."""
    view = views.shown(synnefo_network.show_security_group(context, security_group_id))
    return {"security_group": filters.one(context, view, query)}


def update(
    context: RequestContext, request: Request, security_group_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Change a group."""
    with revisions.matched(context, request, "security_group", security_group_id):
        changes = _changes(body["security_group"])
        changed = synnefo_network.update_security_group(context, security_group_id, changes)
    return {"security_group": filters.one(context, views.shown(changed), {})}


def _changes(asked: Mapping[str, Any]) -> SecurityGroupChanges:
    changes: SecurityGroupChanges = {}
    for theirs, ours in _NAMES.items():
        if theirs in asked:
            changes[ours] = asked[theirs]  # type: ignore[literal-required]  # names of a table
    return changes


def delete(context: RequestContext, request: Request, security_group_id: str) -> None:
    """Delete a group."""
    with revisions.matched(context, request, "security_group", security_group_id):
        synnefo_network.delete_security_group(context, security_group_id)
