# SPDX-License-Identifier: Apache-2.0
"""Server groups: servers that are to be together, or apart.

Source: docs.openstack.org/api-ref/compute, "Server groups (os-server-groups)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.views import server_group as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /os-server-groups``: of the project, or of all for administrators."""
    most: int = context.cloud.config.compute.page_limit
    found = synnefo_compute.list_server_groups(
        context,
        limit=min(int(query.get("limit") or most), most),
        offset=int(query.get("offset") or 0),
        is_everyone="all_projects" in query,
    )
    return {"server_groups": [view.full(group, version) for group in found]}


def create(context: RequestContext, body: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``POST /os-server-groups``."""
    asked = body["server_group"]
    group = synnefo_compute.create_server_group(
        context,
        name=asked["name"].strip(),
        policy=asked["policy"] if "policy" in asked else asked["policies"][0],
        most_per_node=int(asked.get("rules", {}).get("max_server_per_host", 0)),
    )
    return {"server_group": view.full(group, version)}


def show(context: RequestContext, group_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /os-server-groups/{group_id}``."""
    return {
        "server_group": view.full(synnefo_compute.show_server_group(context, group_id), version)
    }


def delete(context: RequestContext, group_id: str) -> None:
    """Answer ``DELETE /os-server-groups/{group_id}``: its servers stay."""
    synnefo_compute.delete_server_group(context, group_id)
