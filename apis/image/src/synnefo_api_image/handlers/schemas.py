# SPDX-License-Identifier: Apache-2.0
"""What Glance publishes of its documents. Source: OpenStack Image API v2, "Image Schemas"."""

from __future__ import annotations

from typing import Any

from synnefo_api_image.schemas import member, task
from synnefo_api_image.schemas.image import IMAGE_DOCUMENT, IMAGES_DOCUMENT
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound

_DOCUMENTS = {
    "image": IMAGE_DOCUMENT,
    "images": IMAGES_DOCUMENT,
    "member": member.DOCUMENT,
    "members": member.LIST_DOCUMENT,
    "task": task.DOCUMENT,
    "tasks": task.LIST_DOCUMENT,
}


def show(context: RequestContext, name: str) -> dict[str, Any]:
    """Show a schema."""
    del context
    if name not in _DOCUMENTS:
        raise NotFound("schema", name)
    return dict(_DOCUMENTS[name])
