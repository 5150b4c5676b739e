# SPDX-License-Identifier: Apache-2.0
"""Services, endpoints and regions, as the installed APIs make them.

Source: Identity API reference, "Service catalog and endpoints" and "Regions".
"""

from __future__ import annotations

from collections.abc import Mapping

from synnefo_api_identity.catalog import Endpoint, services
from synnefo_api_identity.views import catalog, links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound


def list_services(context: RequestContext, query: Mapping[str, str]) -> Json:
    shown = [
        catalog.service(context, each)
        for each in services(context.cloud)
        if query.get("type", each.type) == each.type and query.get("name", each.name) == each.name
    ]
    return links.listed(context, "services", shown)


def show_service(context: RequestContext, service_id: str) -> Json:
    for each in services(context.cloud):
        if each.id == service_id:
            return {"service": catalog.service(context, each)}
    raise NotFound("service", service_id)


def list_endpoints(context: RequestContext, query: Mapping[str, str]) -> Json:
    region = context.cloud.config.region
    shown = [
        catalog.endpoint(context, each)
        for each in _endpoints(context)
        if query.get("interface", each.interface) == each.interface
        and query.get("service_id", each.service_id) == each.service_id
        and query.get("region_id", region) == region
    ]
    return links.listed(context, "endpoints", shown)


def show_endpoint(context: RequestContext, endpoint_id: str) -> Json:
    for each in _endpoints(context):
        if each.id == endpoint_id:
            return {"endpoint": catalog.endpoint(context, each)}
    raise NotFound("endpoint", endpoint_id)


def _endpoints(context: RequestContext) -> list[Endpoint]:
    return [endpoint for service in services(context.cloud) for endpoint in service.endpoints]


def list_regions(context: RequestContext) -> Json:
    return links.listed(context, "regions", [catalog.region(context)])


def show_region(context: RequestContext, region_id: str) -> Json:
    if region_id != context.cloud.config.region:
        raise NotFound("region", region_id)
    return {"region": catalog.region(context)}
