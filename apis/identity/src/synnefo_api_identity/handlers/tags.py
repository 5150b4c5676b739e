# SPDX-License-Identifier: Apache-2.0
"""Tags of projects.

Source: Identity API reference, "Project Tags".
"""

from __future__ import annotations

from urllib.parse import quote

import synnefo_identity
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import NotFound
from synnefo_identity import Project


def _shown(context: RequestContext, project: Project) -> Json:
    return {
        "tags": list(project.tags),
        "links": {**links.of(context, "projects", project.id, "tags"), "next": None},
    }


def index(context: RequestContext, project_id: str) -> Json:
    return _shown(context, synnefo_identity.show_project(context, project_id))


def replace(context: RequestContext, project_id: str, body: Body) -> Json:
    project = synnefo_identity.update_project(context, project_id, {}, tagged=body["tags"])
    return _shown(context, project)


def clear(context: RequestContext, project_id: str) -> None:
    synnefo_identity.update_project(context, project_id, {}, tagged=[])


def show(context: RequestContext, project_id: str, tag: str) -> None:
    if tag not in synnefo_identity.show_project(context, project_id).tags:
        raise NotFound("tag", tag)


def add(context: RequestContext, project_id: str, tag: str) -> Reply:
    synnefo_identity.retag_project(context, project_id, add=[tag])
    place = links.of(context, "projects", project_id, "tags", quote(tag, safe=""))["self"]
    return Reply(headers={"Location": place})


def remove(context: RequestContext, project_id: str, tag: str) -> None:
    synnefo_identity.retag_project(context, project_id, drop=[tag])
