# SPDX-License-Identifier: Apache-2.0
"""What is held, and what can be held."""

from __future__ import annotations

from typing import Any

import synnefo_quota
from synnefo_api_account.views import quota as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound


def resources(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /resources``: what is counted."""
    known = synnefo_quota.resources(context.cloud)
    return {name: view.resource(owned.resource) for name, owned in sorted(known.items())}


def mine(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /quotas``: the caller's own, by project and resource."""
    also = {context.user_id, *([context.project_id] if context.project_id else [])}
    return view.shares(synnefo_quota.of_user(context, context.user_id, also=also))


def of_users(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /service_quotas?user=``: a user's, hidden resources too."""
    user_id = query.get("user", "")
    directory = context.cloud.directory
    if directory is None or user_id not in directory.users([user_id]):
        noun = "user"
        raise NotFound(noun, user_id)
    return {user_id: view.shares(synnefo_quota.of_user(context, user_id, is_hidden=True))}


def of_projects(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /service_project_quotas[?project=]``."""
    asked = [query["project"]] if query.get("project") else None
    directory = context.cloud.directory
    if asked and (directory is None or not directory.projects(asked)):
        noun = "project"
        raise NotFound(noun, asked[0])
    return view.projects(synnefo_quota.of_projects(context, asked))
