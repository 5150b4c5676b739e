# SPDX-License-Identifier: Apache-2.0
"""The types of projects' new volumes for which none is named.

Source: docs.openstack.org/api-ref/block-storage/v3, "Default volume types (default-types)".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume.views import type as view
from synnefo_core.context import RequestContext


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /default-types``."""
    found = synnefo_volume.list_default_types(context)
    return {"default_types": [view.default(*each) for each in found.items()]}


def show(context: RequestContext, project_id: str) -> dict[str, Any]:
    """Answer ``GET /default-types/{project_id}``."""
    type_id = synnefo_volume.show_default_type(context, project_id)
    return {"default_type": view.default(project_id, type_id)}


def update(context: RequestContext, project_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /default-types/{project_id}``."""
    name = body["default_type"]["volume_type"]
    type_id = synnefo_volume.set_default_type(context, project_id, name)
    return {"default_type": view.default(project_id, type_id)}


def delete(context: RequestContext, project_id: str) -> None:
    """Answer ``DELETE /default-types/{project_id}``."""
    synnefo_volume.unset_default_type(context, project_id)
