# SPDX-License-Identifier: Apache-2.0
"""Projects and applications for them."""

from __future__ import annotations

from typing import Any

import synnefo_identity
from synnefo_api_account import requests
from synnefo_api_account.views import project as view
from synnefo_core.context import RequestContext


def index(context: RequestContext, query: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer ``GET /projects``: those that the caller may know of."""
    found = synnefo_identity.project_life.index(
        context, requests.selection(query), requests.page(query)
    )
    return [view.full(life) for life in found]


def apply(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /projects``: ask for a new one."""
    return view.applied(synnefo_identity.project_life.apply(context, requests.wish(body)))


def show(context: RequestContext, project_id: str) -> dict[str, Any]:
    """Answer ``GET /projects/{id}``."""
    return view.full(synnefo_identity.project_life.show(context, project_id))


def modify(context: RequestContext, project_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /projects/{id}``: ask for a change."""
    return view.applied(
        synnefo_identity.project_life.modify(context, project_id, requests.wish(body))
    )


def act(context: RequestContext, project_id: str, body: dict[str, Any]) -> None:
    """Answer ``POST /projects/{id}/action``: on the project, or on an application for it."""
    action, reason, application_id = requests.action(body)
    if action in synnefo_identity.project_life.ACTIONS:
        synnefo_identity.project_life.act(context, project_id, action, reason=reason)
        return
    synnefo_identity.project_life.resolve(
        context, project_id, action, application_id=application_id, reason=reason
    )
