# SPDX-License-Identifier: Apache-2.0
"""Services: those of this cloud, which stay as they are, and those that operators add.

Source: Identity API reference, "Service catalog and endpoints".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.catalog import services
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import catalog, links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden
from synnefo_identity import Service


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    shown = [
        catalog.service(context, each)
        for each in (*services(context.cloud), *synnefo_identity.catalog.list_services(context))
        if query.get("type", each.type) == each.type and query.get("name", each.name) == each.name
    ]
    return links.listed(context, "services", shown)


def create(context: RequestContext, body: Body) -> Json:
    made = synnefo_identity.catalog.create_service(context, requests.values(body["service"]))
    return {"service": catalog.service(context, made)}


def show(context: RequestContext, service_id: str) -> Json:
    found = _installed(context, service_id)
    if found is None:
        found = synnefo_identity.catalog.show_service(context, service_id)
    return {"service": catalog.service(context, found)}


def update(context: RequestContext, service_id: str, body: Body) -> Json:
    _require_added(context, service_id)
    values = requests.values(body["service"])
    changed = synnefo_identity.catalog.update_service(context, service_id, values)
    return {"service": catalog.service(context, changed)}


def delete(context: RequestContext, service_id: str) -> None:
    _require_added(context, service_id)
    synnefo_identity.catalog.delete_service(context, service_id)


def _require_added(context: RequestContext, service_id: str) -> None:
    if _installed(context, service_id) is not None:
        raise Forbidden("this service is the cloud's own: it comes and goes with what is installed")


def _installed(context: RequestContext, service_id: str) -> Service | None:
    return next((each for each in services(context.cloud) if each.id == service_id), None)
