# SPDX-License-Identifier: Apache-2.0
"""Address scopes. Source: Networking API v2.0, "Address scopes"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.handlers import bulk
from synnefo_api_network.schemas.subnet_pool import SCOPE_FIELDS
from synnefo_api_network.views import subnet_pool as views
from synnefo_core.context import RequestContext


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List address scopes."""
    found = synnefo_network.list_address_scopes(context, filters.listing(query, SCOPE_FIELDS))
    shown = [views.scope(one) for one in found]
    return filters.page(context, request, query, "address_scopes", shown)


def create(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make one or several address scopes."""
    return bulk.create(context, body, "address_scope", _create)


def _create(context: RequestContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    made = synnefo_network.create_address_scope(
        context,
        name=asked.get("name", ""),
        ip_version=int(asked.get("ip_version", 4)),
        is_shared=asked.get("shared", False),
        project_id=bulk.project(asked),
    )
    return views.scope(made)


def show(context: RequestContext, scope_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Show an address scope."""
    view = views.scope(synnefo_network.show_address_scope(context, scope_id))
    return {"address_scope": filters.chosen(view, query)}


def update(context: RequestContext, scope_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Rename or share an address scope."""
    asked = body["address_scope"]
    changed = synnefo_network.update_address_scope(
        context, scope_id, name=asked.get("name"), is_shared=asked.get("shared", False)
    )
    return {"address_scope": views.scope(changed)}


def delete(context: RequestContext, scope_id: str) -> None:
    """Delete an address scope."""
    synnefo_network.delete_address_scope(context, scope_id)
