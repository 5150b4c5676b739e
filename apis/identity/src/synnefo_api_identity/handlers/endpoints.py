# SPDX-License-Identifier: Apache-2.0
"""Endpoints: those of this cloud, which stay as they are, and those that operators add.

Source: Identity API reference, "Service catalog and endpoints".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.catalog import endpoints, installed
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import catalog, links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden
from synnefo_identity import Endpoint


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    shown = [
        catalog.endpoint(context, each)
        for each in (*endpoints(context.cloud), *synnefo_identity.catalog.list_endpoints(context))
        if query.get("interface", each.interface) == each.interface
        and query.get("service_id", each.service_id) == each.service_id
        and query.get("region_id", each.region_id) == each.region_id
        and query.get("region", each.region_id) == each.region_id
    ]
    return links.listed(context, "endpoints", shown)


def create(context: RequestContext, body: Body) -> Json:
    given = body["endpoint"]
    made = synnefo_identity.catalog.create_endpoint(
        context,
        requests.values(given, "region"),
        installed(context.cloud),
        region=None if given.get("region_id") else given.get("region"),
    )
    return {"endpoint": catalog.endpoint(context, made)}


def show(context: RequestContext, endpoint_id: str) -> Json:
    found = _installed(context, endpoint_id)
    if found is None:
        found = synnefo_identity.catalog.show_endpoint(context, endpoint_id)
    return {"endpoint": catalog.endpoint(context, found)}


def update(context: RequestContext, endpoint_id: str, body: Body) -> Json:
    _require_added(context, endpoint_id)
    given = body["endpoint"]
    values = requests.values(given, "region")
    if "region" in given and given["region"] is None:
        values.setdefault("region_id", None)
    changed = synnefo_identity.catalog.update_endpoint(
        context,
        endpoint_id,
        values,
        installed(context.cloud),
        region=None if given.get("region_id") else given.get("region"),
    )
    return {"endpoint": catalog.endpoint(context, changed)}


def delete(context: RequestContext, endpoint_id: str) -> None:
    _require_added(context, endpoint_id)
    synnefo_identity.catalog.delete_endpoint(context, endpoint_id)


def _require_added(context: RequestContext, endpoint_id: str) -> None:
    if _installed(context, endpoint_id) is not None:
        raise Forbidden("this endpoint is the cloud's own: it is where public_url says")


def _installed(context: RequestContext, endpoint_id: str) -> Endpoint | None:
    return next((each for each in endpoints(context.cloud) if each.id == endpoint_id), None)
