# SPDX-License-Identifier: Apache-2.0
"""Images. Source: OpenStack Image API v2, "Images"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_image
from synnefo_api_image import patches, queries, specs
from synnefo_api_image.faults import UnsupportedMediaType
from synnefo_api_image.versions import PREFIX
from synnefo_api_image.views import image as views
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import InvalidField, NotFound


def index(context: RequestContext, request: Request, query: Mapping[str, Any]) -> dict[str, Any]:
    """List images."""
    try:
        found = synnefo_image.list_images(context, queries.selection(query))
    except NotFound as cause:
        raise InvalidField("marker", f"image {cause.name} could not be found") from cause
    return views.listed(context, request, found, queries.limit(query))


def create(context: RequestContext, body: Mapping[str, Any]) -> Reply:
    """Make an image."""
    image = synnefo_image.create(context, specs.spec(body, own_account=context.project_id))
    here = f"{context.cloud.public_url}{PREFIX}/images/{image.id}"
    headers = {
        "Location": here,
        "OpenStack-image-import-methods": ",".join(synnefo_image.METHODS),
        "OpenStack-image-store-ids": context.cloud.stores()[0],
    }
    return Reply(views.shown(context, image), headers=headers)


def nameless() -> None:
    """Find nothing: a client has left an image's id empty, and did not ask for the list."""
    noun = "image"
    raise NotFound(noun, "without an id")


def show(context: RequestContext, image_id: str) -> dict[str, Any]:
    """Show an image."""
    return views.shown(context, synnefo_image.show(context, image_id))


def update(
    context: RequestContext, request: Request, image_id: str, body: list[Mapping[str, Any]]
) -> dict[str, Any]:
    """Change an image."""
    if request.content_type not in patches.MEDIA_TYPES:
        raise UnsupportedMediaType(request.content_type, *patches.MEDIA_TYPES)
    patch = patches.parse(body, own_account=context.project_id)
    image = synnefo_image.update(context, image_id, patch.changes, patch.edits)
    return views.shown(context, image)


def delete(context: RequestContext, image_id: str) -> None:
    """Delete an image."""
    synnefo_image.delete(context, image_id)
