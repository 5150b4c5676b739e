# SPDX-License-Identifier: Apache-2.0
"""Projects.

Source: Identity API reference, "Projects".
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
    tagged = requests.tagged(query)
    found = synnefo_identity.list_projects(context, requests.only(query), page, tagged)
    shown = [things.project(context, project) for project in found]
    return links.listed(context, "projects", shown, query=query, page=page)


def create(context: RequestContext, body: Body) -> Json:
    given = body["project"]
    domain_id = requests.domain_id(context, given)
    requests.refuse_hierarchy(given, domain_id)
    values = requests.values(given, "domain_id")
    tags = given.get("tags", [])
    made = synnefo_identity.create_project(context, domain_id, values, tagged=tags)
    return {"project": things.project(context, made)}


def show(context: RequestContext, project_id: str) -> Json:
    return {"project": things.project(context, synnefo_identity.show_project(context, project_id))}


def update(context: RequestContext, project_id: str, body: Body) -> Json:
    given = body["project"]
    changed = synnefo_identity.update_project(
        context, project_id, requests.values(given), tagged=given.get("tags")
    )
    return {"project": things.project(context, changed)}


def delete(context: RequestContext, project_id: str) -> None:
    synnefo_identity.delete_project(context, project_id)
