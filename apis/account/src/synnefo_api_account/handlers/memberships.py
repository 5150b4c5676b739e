# SPDX-License-Identifier: Apache-2.0
"""Who is in which project, comes in and goes."""

from __future__ import annotations

from typing import Any

import synnefo_identity
from synnefo_api_account import requests
from synnefo_api_account.views import project as view
from synnefo_core.context import RequestContext


def index(context: RequestContext, query: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer ``GET /projects/memberships``: the caller's, and those that the caller decides about."""
    page = requests.page(query)
    found = synnefo_identity.project_life.list_members(
        context, project_id=query.get("project"), page=page
    )
    return [view.member(member) for member in found]


def come(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /projects/memberships``: join, or make somebody a member."""
    ((action, asked),) = body.items()
    project_id, reason = asked["project"], asked.get("reason") or ""
    if action == "join":
        return {"id": synnefo_identity.project_life.join(context, project_id, reason=reason).id}
    return {
        "id": synnefo_identity.project_life.enroll(
            context, project_id, asked["user"], reason=reason
        ).id
    }


def show(context: RequestContext, membership_id: str) -> dict[str, Any]:
    """Answer ``GET /projects/memberships/{id}``."""
    return view.member(
        synnefo_identity.project_life.show_member(
            context, requests.number("membership", membership_id)
        )
    )


def act(context: RequestContext, membership_id: str, body: dict[str, Any]) -> None:
    """Answer ``POST /projects/memberships/{id}/action``; the value is the reason."""
    ((action, reason),) = body.items()
    synnefo_identity.project_life.act_on_member(
        context, requests.number("membership", membership_id), action, reason=reason or ""
    )
