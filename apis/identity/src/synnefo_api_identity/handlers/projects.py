# SPDX-License-Identifier: Apache-2.0
"""Projects. A domain can be spoken of as a project, too: one that is above all of its projects.

Source: Identity API reference, "Projects".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import lineage, links, things
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_identity import Project


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    page, only = requests.page(query), requests.only(query)
    if requests.is_set(query, "is_domain"):
        domains = synnefo_identity.list_domains(context, only, page)
        shown = [things.acting_domain(context, domain) for domain in domains]
    else:
        found = synnefo_identity.list_projects(
            context, only, page, requests.tagged(query), parent_id=query.get("parent_id")
        )
        shown = [things.project(context, project) for project in found]
    return links.listed(context, "projects", shown, query=query, page=page)


def create(context: RequestContext, body: Body) -> Json:
    given = body["project"]
    values = requests.values(given, "domain_id")
    if given.get("is_domain"):
        requests.require_top(given)
        domain = synnefo_identity.create_domain(context, values)
        return {"project": things.acting_domain(context, domain)}
    domain_id, parent_id = requests.place(context, given)
    made = synnefo_identity.create_project(
        context, domain_id, values, parent_id=parent_id, tagged=given.get("tags", [])
    )
    return {"project": things.project(context, made)}


def show(context: RequestContext, project_id: str, query: Mapping[str, str]) -> Json:
    asked = requests.lineage(query)
    try:
        project = synnefo_identity.show_project(context, project_id)
    except NotFound:
        domain = synnefo_identity.show_domain(context, project_id)
        return {"project": things.acting_domain(context, domain)}
    return {"project": {**things.project(context, project), **_lineage(context, project, asked)}}


def _lineage(context: RequestContext, project: Project, asked: Mapping[str, str]) -> Json:
    """Show what is above and below, as lists only where the caller has a role."""
    shown: Json = {}
    if "parents" in asked:
        above = synnefo_identity.list_parents(context, project.id)
        if asked["parents"] == "ids":
            shown["parents"] = lineage.nested_parents(project, above)
        else:
            shown["parents"] = lineage.listed(context, _own(context, above))
    if "subtree" in asked:
        below = synnefo_identity.list_subtree(context, project.id)
        if asked["subtree"] == "ids":
            shown["subtree"] = lineage.nested_children(project, below)
        else:
            shown["subtree"] = lineage.listed(context, _own(context, below))
    return shown


def _own(context: RequestContext, found: Sequence[Project]) -> Sequence[Project]:
    own = synnefo_identity.list_projects_of_user(context, context.user_id)
    ids = {project.id for project in own}
    return [project for project in found if project.id in ids]


def update(context: RequestContext, project_id: str, body: Body) -> Json:
    given = body["project"]
    values, tags = requests.values(given), given.get("tags")
    try:
        requests.unmoved(given, synnefo_identity.show_project(context, project_id))
    except NotFound:
        domain = synnefo_identity.update_domain(context, project_id, values)
        return {"project": things.acting_domain(context, domain)}
    changed = synnefo_identity.update_project(context, project_id, values, tagged=tags)
    return {"project": things.project(context, changed)}


def delete(context: RequestContext, project_id: str) -> None:
    try:
        synnefo_identity.delete_project(context, project_id)
    except NotFound:
        synnefo_identity.delete_domain(context, project_id)
