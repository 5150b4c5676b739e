# SPDX-License-Identifier: Apache-2.0
"""Absolute limits of a project and what is used of them.

Source: docs.openstack.org/api-ref/compute, "Limits (limits)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.views import limit as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version

RULE = "compute:limit:show"


def show(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /limits``: of the token's project, or of the one that is asked for."""
    project_id = query.get("tenant_id") or context.require_project()
    context.cloud.policy.require(context, RULE, project_id=project_id)
    quotas = synnefo_compute.QUOTAS.show(context, project_id)
    is_reserved = query.get("reserved", "").lower() in ("1", "true")
    return view.absolute(quotas, version, is_reserved=is_reserved)
