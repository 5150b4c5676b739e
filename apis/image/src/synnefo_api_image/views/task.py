# SPDX-License-Identifier: Apache-2.0
"""Tasks in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from webob import Request

from synnefo_core.clock import iso
from synnefo_image import Task

KIND = "api_image_import"
_HERE = "/v2/tasks"


def shown(task: Task) -> dict[str, Any]:
    """Return a task."""
    method = {"name": task.method} | ({"uri": task.uri} if task.uri else {})
    return {
        "id": task.id,
        "type": KIND,
        "status": task.status,
        "owner": task.owner_project_id,
        "user_id": task.user_id,
        "request_id": task.request_id,
        "image_id": task.image_id,
        "input": {"image_id": task.image_id, "import_req": {"method": method}},
        "result": {"image_id": task.image_id} if task.status == "success" else None,
        "message": task.message,
        "created_at": iso(task.created_at),
        "updated_at": iso(task.updated_at),
        "self": f"{_HERE}/{task.id}",
        "schema": "/v2/schemas/task",
    }


def listed(request: Request, tasks: Sequence[Task], limit: int) -> dict[str, Any]:
    """Return a page of tasks with the path of the next one."""
    pairs = [pair for pair in request.GET.items() if pair[0] != "marker"]
    view: dict[str, Any] = {
        "tasks": [shown(each) for each in tasks],
        "first": f"{_HERE}?{urlencode(pairs)}" if pairs else _HERE,
        "schema": "/v2/schemas/tasks",
    }
    if tasks and len(tasks) == limit:
        view["next"] = f"{_HERE}?{urlencode([*pairs, ('marker', tasks[-1].id)])}"
    return view
