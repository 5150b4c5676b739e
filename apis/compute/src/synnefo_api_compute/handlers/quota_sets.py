# SPDX-License-Identifier: Apache-2.0
"""Quotas of projects and of users in them; administrators set them.

Source: docs.openstack.org/api-ref/compute, "Quota sets (os-quota-sets)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.views import quota_set as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_quota import QuotaSet

RULE = "compute:quota_set:show"


def show(
    context: RequestContext, project_id: str, query: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``GET /os-quota-sets/{project_id}``."""
    return view.limits(_found(context, project_id, query), version, project_id)


def detail(
    context: RequestContext, project_id: str, query: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``GET /os-quota-sets/{project_id}/detail``: with what is used."""
    return view.full(_found(context, project_id, query), version, project_id)


def _found(context: RequestContext, project_id: str, query: dict[str, Any]) -> QuotaSet:
    context.cloud.policy.require(context, RULE, project_id=project_id)
    return synnefo_compute.QUOTAS.show(context, project_id, user_id=query.get("user_id", ""))


def defaults(context: RequestContext, project_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /os-quota-sets/{project_id}/defaults``."""
    context.cloud.policy.require(context, "compute:quota_set:defaults", project_id=project_id)
    quotas = synnefo_compute.QUOTAS.defaults(context, project_id)
    return view.limits(quotas, version, project_id)


def update(
    context: RequestContext,
    project_id: str,
    query: dict[str, Any],
    body: dict[str, Any],
    version: Version,
) -> dict[str, Any]:
    """Answer ``PUT /os-quota-sets/{project_id}``."""
    asked = dict(body["quota_set"])
    is_forced = str(asked.pop("force", "")).lower() in ("1", "t", "true", "on", "y", "yes")
    quotas = synnefo_compute.QUOTAS.update(
        context,
        project_id,
        {name: int(limit) for name, limit in asked.items()},
        user_id=query.get("user_id", ""),
        is_forced=is_forced,
    )
    return view.limits(quotas, version)


def delete(context: RequestContext, project_id: str, query: dict[str, Any]) -> None:
    """Answer ``DELETE /os-quota-sets/{project_id}``: the defaults hold again."""
    synnefo_compute.QUOTAS.reset(context, project_id, user_id=query.get("user_id", ""))
