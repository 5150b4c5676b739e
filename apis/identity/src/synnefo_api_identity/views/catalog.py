# SPDX-License-Identifier: Apache-2.0
"""The catalog, services, endpoints and regions as JSON."""

from __future__ import annotations

from urllib.parse import quote

from synnefo_api_identity.catalog import address, offered
from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_identity import Endpoint, Region, Service


def catalog(context: RequestContext, project_id: str | None, user_id: str) -> list[Json]:
    """Show where the services are for a project; those that need one are left out without."""
    places = {"project_id": project_id, "tenant_id": project_id, "user_id": user_id}
    shown = []
    for service in offered(context):
        endpoints = []
        for endpoint in service.endpoints:
            url = address(endpoint, places)
            if url is not None:
                endpoints.append(
                    {
                        "id": endpoint.id,
                        "interface": endpoint.interface,
                        "region": endpoint.region_id,
                        "region_id": endpoint.region_id,
                        "url": url,
                    }
                )
        if endpoints:
            shown.append(
                {
                    "id": service.id,
                    "type": service.type,
                    "name": service.name,
                    "endpoints": endpoints,
                }
            )
    return shown


def service(context: RequestContext, shown: Service) -> Json:
    """Show a service."""
    return {
        **shown.extra,
        "id": shown.id,
        "type": shown.type,
        "name": shown.name,
        "description": shown.description,
        "enabled": shown.is_enabled,
        "links": links.of(context, "services", shown.id),
    }


def endpoint(context: RequestContext, shown: Endpoint) -> Json:
    """Show an endpoint; its URL may hold a place for the project."""
    return {
        **shown.extra,
        "id": shown.id,
        "interface": shown.interface,
        "service_id": shown.service_id,
        "region": shown.region_id,
        "region_id": shown.region_id,
        "url": shown.url,
        "enabled": shown.is_enabled,
        "links": links.of(context, "endpoints", shown.id),
    }


def region(context: RequestContext, shown: Region) -> Json:
    """Show a region."""
    return {
        **shown.extra,
        "id": shown.id,
        "description": shown.description,
        "parent_region_id": shown.parent_id,
        "links": links.of(context, "regions", quote(shown.id, safe="")),
    }
