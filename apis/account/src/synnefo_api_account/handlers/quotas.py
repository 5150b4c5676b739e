# SPDX-License-Identifier: Apache-2.0
"""What is held, and what can be held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import synnefo_quota
from synnefo_api_account.views import quota as view
from synnefo_core.context import RequestContext

Shown = TypeVar("Shown")


def resources(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /resources``: what is counted."""
    known = synnefo_quota.resources(context.cloud)
    return {name: view.resource(owned.resource) for name, owned in sorted(known.items())}


def mine(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /quotas``: the caller's own, by project and resource."""
    also = {context.user_id, *([context.project_id] if context.project_id else [])}
    return view.shares(synnefo_quota.of_user(context, context.user_id, also=also))


def of_users(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /service_quotas[?user=][&project=]``: of the service's resources, hidden too."""
    user_id, project_id = query.get("user", ""), query.get("project", "")
    _require(context, user_id, project_id)
    if not user_id:
        found = synnefo_quota.of_users(context, project_id=project_id)
        return {each: view.shares(_own(context, shares)) for each, shares in found.items()}
    also = [project_id] if project_id else []
    shares = synnefo_quota.of_user(context, user_id, also=also, is_hidden=True)
    only = {each: shares[each] for each in shares if project_id in ("", each)}
    return {user_id: view.shares(_own(context, only))}


def of_projects(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /service_project_quotas[?project=]``."""
    asked = [query["project"]] if query.get("project") else None
    _require(context, "", query.get("project", ""))
    return view.projects(_own(context, synnefo_quota.of_projects(context, asked)))


def _require(context: RequestContext, user_id: str, project_id: str) -> None:
    """Refuse to tell of users and projects that are not there."""
    synnefo_quota.require_people(
        context.cloud,
        user_ids=[user_id] if user_id else [],
        project_ids=[project_id] if project_id else [],
    )


def _own(
    context: RequestContext, by_project: Mapping[str, Mapping[str, Shown]]
) -> dict[str, dict[str, Shown]]:
    """Leave out what other services count (AST-048)."""
    if context.is_admin:
        return {project_id: dict(every) for project_id, every in by_project.items()}
    own = synnefo_quota.declared.of_client(context, context.user_id)
    return {
        project_id: {name: every[name] for name in every if name in own}
        for project_id, every in by_project.items()
    }
