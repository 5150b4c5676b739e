# SPDX-License-Identifier: Apache-2.0
"""Domains.

Source: Identity API reference, "Domains".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import links, things
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    page = requests.page(query)
    found = synnefo_identity.list_domains(context, requests.only(query), page)
    shown = [things.domain(context, domain) for domain in found]
    return links.listed(context, "domains", shown, query=query, page=page)


def create(context: RequestContext, body: Body) -> Json:
    given = body["domain"]
    values = requests.values(given, "explicit_domain_id")
    if "explicit_domain_id" in given:
        values["id"] = given["explicit_domain_id"]
    made = synnefo_identity.create_domain(context, values)
    return {"domain": things.domain(context, made)}


def show(context: RequestContext, domain_id: str) -> Json:
    return {"domain": things.domain(context, synnefo_identity.show_domain(context, domain_id))}


def update(context: RequestContext, domain_id: str, body: Body) -> Json:
    values = requests.values(body["domain"])
    changed = synnefo_identity.update_domain(context, domain_id, values)
    return {"domain": things.domain(context, changed)}


def delete(context: RequestContext, domain_id: str) -> None:
    synnefo_identity.delete_domain(context, domain_id)
