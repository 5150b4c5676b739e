# SPDX-License-Identifier: Apache-2.0
"""Regions: that of this cloud, which stays as it is, and those that operators add.

Source: Identity API reference, "Regions".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.catalog import installed
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import catalog, links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, Invalid
from synnefo_identity import Region


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    shown = [
        catalog.region(context, each)
        for each in (_own(context), *synnefo_identity.catalog.list_regions(context))
        if query.get("parent_region_id", each.parent_id) == each.parent_id
    ]
    return links.listed(context, "regions", shown)


def create(context: RequestContext, body: Body) -> Json:
    return _create(context, body["region"].get("id"), body)


def create_named(context: RequestContext, region_id: str, body: Body) -> Json:
    if body["region"].get("id", region_id) != region_id:
        raise Invalid("the id in the body is not that in the path")
    return _create(context, region_id, body)


def _create(context: RequestContext, region_id: str | None, body: Body) -> Json:
    made = synnefo_identity.catalog.create_region(
        context, region_id, requests.values(body["region"]), installed(context.cloud)
    )
    return {"region": catalog.region(context, made)}


def show(context: RequestContext, region_id: str) -> Json:
    found = _own(context)
    if region_id != found.id:
        found = synnefo_identity.catalog.show_region(context, region_id)
    return {"region": catalog.region(context, found)}


def update(context: RequestContext, region_id: str, body: Body) -> Json:
    _require_added(context, region_id)
    changed = synnefo_identity.catalog.update_region(
        context, region_id, requests.values(body["region"]), installed(context.cloud)
    )
    return {"region": catalog.region(context, changed)}


def delete(context: RequestContext, region_id: str) -> None:
    _require_added(context, region_id)
    synnefo_identity.catalog.delete_region(context, region_id)


def _require_added(context: RequestContext, region_id: str) -> None:
    if region_id == _own(context).id:
        raise Forbidden("this region is the cloud's own: the option region names it")


def _own(context: RequestContext) -> Region:
    return Region(context.cloud.config.region)
