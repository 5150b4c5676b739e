# SPDX-License-Identifier: Apache-2.0
"""How much projects have used in a period.

Source: docs.openstack.org/api-ref/compute, "Usage reports (os-simple-tenant-usage)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute import periods, queries
from synnefo_api_compute.versions import USAGE_PAGES
from synnefo_api_compute.views import usage as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version

RULE = "compute:usage:show"


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /os-simple-tenant-usage``: of all projects."""
    page = _page(context, query, version)
    asked = view.Asked(periods.of(context, query), page, path="", query=query)
    found = synnefo_compute.list_usage(context, asked.period, **page)
    return view.projects(context, found, asked, is_detailed=query.get("detailed") == "1")


def show(
    context: RequestContext, project_id: str, query: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``GET /os-simple-tenant-usage/{project_id}``: server by server."""
    context.cloud.policy.require(context, RULE, project_id=project_id)
    page = _page(context, query, version)
    asked = view.Asked(periods.of(context, query), page, path=f"/{project_id}", query=query)
    found = synnefo_compute.list_usage(context, asked.period, project_id=project_id, **page)
    return view.project(context, found, asked)


def _page(context: RequestContext, query: dict[str, Any], version: Version) -> view.Paging:
    if version < USAGE_PAGES:
        return {"limit": queries.limit(context, {}), "marker": ""}
    return {"limit": queries.limit(context, query), "marker": query.get("marker", "")}
