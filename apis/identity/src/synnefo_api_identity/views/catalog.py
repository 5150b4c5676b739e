# SPDX-License-Identifier: Apache-2.0
"""The catalog, services, endpoints and regions as JSON."""

from __future__ import annotations

from synnefo_api_identity.catalog import Endpoint, Service, address, services
from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext


def catalog(context: RequestContext, project_id: str | None) -> list[Json]:
    """Show where the services are for a project; those that need one are left out without."""
    region = context.cloud.config.region
    shown = []
    for service in services(context.cloud):
        endpoints = []
        for endpoint in service.endpoints:
            url = address(endpoint, project_id)
            if url is not None:
                endpoints.append(
                    {
                        "id": endpoint.id,
                        "interface": endpoint.interface,
                        "region": region,
                        "region_id": region,
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
        "id": shown.id,
        "type": shown.type,
        "name": shown.name,
        "description": "",
        "enabled": True,
        "links": links.of(context, "services", shown.id),
    }


def endpoint(context: RequestContext, shown: Endpoint) -> Json:
    """Show an endpoint; its URL may hold a place for the project."""
    region = context.cloud.config.region
    return {
        "id": shown.id,
        "interface": shown.interface,
        "service_id": shown.service_id,
        "region": region,
        "region_id": region,
        "url": shown.url,
        "enabled": True,
        "links": links.of(context, "endpoints", shown.id),
    }


def region(context: RequestContext) -> Json:
    """Show the region."""
    name = context.cloud.config.region
    return {
        "id": name,
        "description": "",
        "parent_region_id": None,
        "links": links.of(context, "regions", name),
    }
