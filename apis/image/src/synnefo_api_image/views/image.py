# SPDX-License-Identifier: Apache-2.0
"""Images in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from webob import Request

from synnefo_core.clock import iso
from synnefo_core.context import RequestContext
from synnefo_image import Image

LOCATION = "SNF:location"
"""Where an image's content came from; its owner's business alone."""

_HERE = "/v2/images"


def shown(context: RequestContext, image: Image) -> dict[str, Any]:
    """Return an image as Glance shows it: properties beside the fields."""
    has_content = image.reference is not None
    view: dict[str, Any] = dict(image.properties)
    is_own = context.is_admin or image.owner_project_id == context.project_id
    if image.location is not None and is_own:
        view[LOCATION] = str(image.location)
    return view | {
        "id": image.id,
        "name": image.name,
        "status": image.status,
        "visibility": image.visibility,
        "protected": image.is_protected,
        "os_hidden": image.is_hidden,
        "owner": image.owner_project_id,
        "size": image.size_bytes if has_content else None,
        "virtual_size": image.size_bytes if has_content and image.disk_format == "raw" else None,
        "checksum": image.checksum or None,
        "os_hash_algo": image.hash_algorithm or None,
        "os_hash_value": image.hash_value or None,
        **({"stores": image.store} if has_content else {}),
        "min_disk": image.min_disk_gib,
        "min_ram": image.min_ram_mib,
        "disk_format": image.disk_format or None,
        "container_format": image.container_format or None,
        "tags": list(image.tags),
        "created_at": iso(image.created_at),
        "updated_at": iso(image.updated_at),
        "self": f"{_HERE}/{image.id}",
        "file": f"{_HERE}/{image.id}/file",
        "schema": "/v2/schemas/image",
    }


def listed(
    context: RequestContext, request: Request, images: Sequence[Image], limit: int
) -> dict[str, Any]:
    """Return a page of images with the paths of the first page and of the next one."""
    pairs = [pair for pair in request.GET.items() if pair[0] != "marker"]
    view: dict[str, Any] = {
        "images": [shown(context, image) for image in images],
        "first": _path(pairs),
        "schema": "/v2/schemas/images",
    }
    if images and len(images) == limit:
        view["next"] = _path([*pairs, ("marker", images[-1].id)])
    return view


def _path(pairs: Sequence[tuple[str, str]]) -> str:
    return f"{_HERE}?{urlencode(pairs)}" if pairs else _HERE
