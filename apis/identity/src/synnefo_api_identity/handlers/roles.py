# SPDX-License-Identifier: Apache-2.0
"""Roles.

Source: Identity API reference, "Roles".
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
    found = synnefo_identity.list_roles(context, requests.only(query), page)
    shown = [things.role(context, role) for role in found]
    return links.listed(context, "roles", shown, query=query, page=page)


def create(context: RequestContext, body: Body) -> Json:
    given = body["role"]
    made = synnefo_identity.create_role(context, requests.values(given, "domain_id"))
    return {"role": things.role(context, made)}


def show(context: RequestContext, role_id: str) -> Json:
    return {"role": things.role(context, synnefo_identity.show_role(context, role_id))}


def update(context: RequestContext, role_id: str, body: Body) -> Json:
    values = requests.values(body["role"], "domain_id")
    changed = synnefo_identity.update_role(context, role_id, values)
    return {"role": things.role(context, changed)}


def delete(context: RequestContext, role_id: str) -> None:
    synnefo_identity.delete_role(context, role_id)
