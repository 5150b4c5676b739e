# SPDX-License-Identifier: Apache-2.0
"""What was asked of a server, by whom, and what came of it.

Source: docs.openstack.org/api-ref/compute, "Servers actions (servers, os-instance-actions)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.versions import ACTIONS_OF_DELETED
from synnefo_api_compute.views import instance_action as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version


def index(context: RequestContext, server_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-instance-actions``: newest first."""
    actions = synnefo_compute.list_actions(
        context, server_id, also_deleted=version >= ACTIONS_OF_DELETED
    )
    return {"instanceActions": [view.brief(action) for action in actions]}


def show(
    context: RequestContext, server_id: str, request_id: str, version: Version
) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-instance-actions/{request_id}``."""
    action = synnefo_compute.show_action(
        context, server_id, request_id, also_deleted=version >= ACTIONS_OF_DELETED
    )
    is_detailed = context.cloud.policy.allows(context, "compute:action:events")
    return {"instanceAction": (view.full if is_detailed else view.brief)(action)}
