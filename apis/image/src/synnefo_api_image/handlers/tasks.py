# SPDX-License-Identifier: Apache-2.0
"""How far imports are. Source: OpenStack Image API v2, "Tasks"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_image
from synnefo_api_image import queries
from synnefo_api_image.views import task as views
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, NotFound


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List the project's tasks, the newest first."""
    limit = queries.limit(query)
    try:
        found = synnefo_image.list_tasks(context, marker=query.get("marker"), limit=limit)
    except NotFound as cause:
        raise InvalidField("marker", f"task {cause.name} could not be found") from cause
    return views.listed(request, found, limit)


def show(context: RequestContext, task_id: str) -> dict[str, Any]:
    """Show a task."""
    return views.shown(synnefo_image.show_task(context, task_id))


def of_image(context: RequestContext, image_id: str) -> dict[str, Any]:
    """List an image's tasks."""
    synnefo_image.show(context, image_id)
    found = synnefo_image.list_tasks(context, image_id=image_id, limit=queries.MOST)
    return {"tasks": [views.shown(each) for each in found]}
