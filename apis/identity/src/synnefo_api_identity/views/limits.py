# SPDX-License-Identifier: Apache-2.0
"""Unified limits as JSON.

Source: Identity API reference, "Unified Limits".
"""

from __future__ import annotations

from synnefo_api_identity.catalog import service_of
from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_identity import Limit, RegisteredLimit

NO_LIMIT = -1


def registered(context: RequestContext, shown: RegisteredLimit) -> Json:
    """Show what is counted."""
    resource = shown.resource
    return {
        "id": resource.name,
        "service_id": service_of(context.cloud, shown.owner),
        "region_id": None,
        "resource_name": resource.name,
        "default_limit": _amount(resource.project_default),
        "description": resource.description,
        "links": links.of(context, "registered_limits", resource.name),
    }


def limit(context: RequestContext, shown: Limit) -> Json:
    """Show how much a project may use."""
    return {
        "id": shown.id,
        "project_id": shown.project_id,
        "domain_id": None,
        "service_id": service_of(context.cloud, shown.registered.owner),
        "region_id": None,
        "resource_name": shown.registered.resource.name,
        "resource_limit": _amount(shown.limit),
        "description": None,
        "links": links.of(context, "limits", shown.id),
    }


def _amount(limit: int) -> int:
    return NO_LIMIT if limit >= UNLIMITED else limit
