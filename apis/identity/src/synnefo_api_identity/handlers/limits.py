# SPDX-License-Identifier: Apache-2.0
"""Unified limits, which are the quota ledger's.

Source: Identity API reference, "Unified Limits".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import limits as view, links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound


def model() -> Json:
    about = "A project has limits of its own, whatever those of projects above it are."
    return {"model": {"name": "flat", "description": about}}


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    found = synnefo_identity.limits.index(context, query.get("project_id"))
    shown = [view.limit(context, each) for each in found]
    return links.listed(context, "limits", _asked(shown, query, "domain_id"))


def show(context: RequestContext, limit_id: str) -> Json:
    return {"limit": view.limit(context, synnefo_identity.limits.show(context, limit_id))}


def create(context: RequestContext, body: Body) -> Json:
    wishes = [requests.limit(context, given) for given in body["limits"]]
    made = synnefo_identity.limits.change(context, wishes)
    return {"limits": [view.limit(context, each) for each in made]}


def update(context: RequestContext, limit_id: str, body: Body) -> Json:
    present = synnefo_identity.limits.show(context, limit_id)
    wish = requests.changed_limit(present, body["limit"])
    (changed,) = synnefo_identity.limits.change(context, [wish])
    return {"limit": view.limit(context, changed)}


def delete(context: RequestContext, limit_id: str) -> None:
    synnefo_identity.limits.reset(context, limit_id)


def registered(context: RequestContext, query: Mapping[str, str]) -> Json:
    found = synnefo_identity.limits.registered(context)
    shown = [view.registered(context, each) for each in found.values()]
    return links.listed(context, "registered_limits", _asked(shown, query))


def show_registered(context: RequestContext, limit_id: str) -> Json:
    found = synnefo_identity.limits.registered(context).get(limit_id)
    if found is None:
        raise NotFound("registered limit", limit_id)
    return {"registered_limit": view.registered(context, found)}


def _asked(shown: list[Json], query: Mapping[str, str], *more: str) -> list[Json]:
    """Return those that have what the query asks for."""
    names = [n for n in ("service_id", "region_id", "resource_name", *more) if n in query]
    return [each for each in shown if all(each[name] == query[name] for name in names)]
