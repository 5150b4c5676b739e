# SPDX-License-Identifier: Apache-2.0
"""Quotas of projects, which administrators set, and the limits that follow.

Source: docs.openstack.org/api-ref/block-storage/v3, "Quota sets extension (os-quota-sets)", "Quota
class set extension (os-quota-class-sets)" and "Limits (limits)".
"""

from __future__ import annotations

from typing import Any

from synnefo_api_volume import queries
from synnefo_api_volume.schemas.body import is_set
from synnefo_api_volume.views import quota_set as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_volume import QUOTAS

RULE = "volume:quota_set:show"
DEFAULT_CLASS = "default"


def show(context: RequestContext, project_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /os-quota-sets/{project_id}``."""
    context.cloud.policy.require(context, RULE, project_id=project_id)
    quotas = QUOTAS.show(context, project_id)
    if queries.truth(query, "usage"):
        return view.full(quotas, project_id)
    return view.limits(quotas, project_id)


def defaults(context: RequestContext, project_id: str) -> dict[str, Any]:
    """Answer ``GET /os-quota-sets/{project_id}/defaults``."""
    context.cloud.policy.require(context, RULE, project_id=project_id)
    return view.limits(QUOTAS.defaults(context, project_id), project_id)


def update(context: RequestContext, project_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /os-quota-sets/{project_id}``: a limit may be below what is used, as Cinder has it."""
    asked = dict(body["quota_set"])
    for name in ("force", "tenant_id"):
        asked.pop(name, None)
    # Cinder looks at what is used only where it is asked to.
    is_forced = is_set(asked.pop("skip_validation", True))
    limits = {name: int(limit) for name, limit in asked.items()}
    quotas = QUOTAS.update(context, project_id, limits, is_forced=is_forced)
    return view.limits(quotas)


def delete(context: RequestContext, project_id: str) -> None:
    """Answer ``DELETE /os-quota-sets/{project_id}``: the defaults hold again."""
    QUOTAS.reset(context, project_id)


def show_class(context: RequestContext, name: str) -> dict[str, Any]:
    """Answer ``GET /os-quota-class-sets/{name}``: all projects are of one class."""
    if name != DEFAULT_CLASS:
        noun = "quota class"
        raise NotFound(noun, name)
    return view.of_class(QUOTAS.defaults(context, context.require_project()), name)


def limits(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /limits``: of the token's project, or of the one that is asked for."""
    asked = query.get("project_id") or query.get("tenant_id")
    project_id = asked or context.require_project()
    context.cloud.policy.require(context, RULE, project_id=project_id)
    return view.absolute(QUOTAS.show(context, project_id))
