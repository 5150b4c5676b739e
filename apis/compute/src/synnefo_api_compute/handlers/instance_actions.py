# SPDX-License-Identifier: Apache-2.0
"""What was asked of a server, by whom, and what came of it.

Source: docs.openstack.org/api-ref/compute, "Servers actions (servers, os-instance-actions)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute import queries
from synnefo_api_compute.versions import (
    ACTION_PAGES,
    ACTIONS_OF_DELETED,
    CHANGES_BEFORE,
    EVENTS_FOR_ALL,
)
from synnefo_api_compute.views import instance_action as view
from synnefo_compute import PartOfActions
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version


def index(
    context: RequestContext, server_id: str, query: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-instance-actions``: newest first."""
    part = _part(context, query, version)
    actions = synnefo_compute.list_actions(
        context, server_id, also_deleted=version >= ACTIONS_OF_DELETED, part=part
    )
    body = {"instanceActions": [view.brief(action, version) for action in actions]}
    is_full = version >= ACTION_PAGES and actions and len(actions) == part.limit
    return body | (view.next_page(context, actions[-1], query) if is_full else {})


def _part(context: RequestContext, query: dict[str, Any], version: Version) -> PartOfActions:
    if version < ACTION_PAGES:
        return PartOfActions()
    before = queries.moment("changes-before", query) if version >= CHANGES_BEFORE else None
    return PartOfActions(
        limit=queries.limit(context, query),
        marker=query.get("marker", ""),
        changed_since=queries.moment("changes-since", query),
        changed_before=before,
    )


def show(
    context: RequestContext, server_id: str, request_id: str, version: Version
) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-instance-actions/{request_id}``."""
    action = synnefo_compute.show_action(
        context, server_id, request_id, also_deleted=version >= ACTIONS_OF_DELETED
    )
    is_trusted = context.cloud.policy.allows(context, "compute:action:events")
    if not is_trusted and version < EVENTS_FOR_ALL:
        return {"instanceAction": view.brief(action, version)}
    return {"instanceAction": view.full(action, version, has_tracebacks=is_trusted)}
