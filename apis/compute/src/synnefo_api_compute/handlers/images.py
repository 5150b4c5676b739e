# SPDX-License-Identifier: Apache-2.0
"""Images as Nova passed them on before 2.36: Glance's, in another form.

Source: docs.openstack.org/api-ref/compute, "Images (DEPRECATED)".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import synnefo_image
from synnefo_api_compute.versions import PREFIX
from synnefo_api_compute.views import image as view
from synnefo_core.context import RequestContext
from synnefo_image import Bound, Image, Selection

MOST = 1000


def index(context: RequestContext, query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /images``."""
    return _listed(context, query, path="images", show=view.brief)


def detail(context: RequestContext, query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /images/detail``."""
    return _listed(context, query, path="images/detail", show=view.full)


def _listed(
    context: RequestContext,
    query: Mapping[str, str],
    *,
    path: str,
    show: Callable[[RequestContext, Image], dict[str, Any]],
) -> dict[str, Any]:
    limit = min(int(query.get("limit", MOST)), MOST)
    least = {"min_disk_gib": "minDisk", "min_ram_mib": "minRam"}
    wanted: dict[str, list[str]] = {}
    if "name" in query:
        wanted["name"] = [query["name"]]
    if "status" in query:
        wanted["status"] = [
            state for state, word in view.STATUS.items() if word == query["status"].upper()
        ]
    said = {"image_type": "type", "instance_uuid": "server"}
    selection = Selection(
        where=wanted,
        bounds=[
            Bound(name, "gte", int(query[word])) for name, word in least.items() if word in query
        ],
        properties={name: query[word] for name, word in said.items() if word in query},
        marker=query.get("marker"),
        limit=limit,
    )
    found = synnefo_image.list_images(context, selection)
    shown: dict[str, Any] = {"images": [show(context, image) for image in found]}
    if found and len(found) == limit:
        behind = urlencode({**query, "marker": found[-1].id})
        href = f"{context.cloud.public_url}{PREFIX}/{path}?{behind}"
        shown["images_links"] = [{"rel": "next", "href": href}]
    return shown


def show(context: RequestContext, image_id: str) -> dict[str, Any]:
    """Answer ``GET /images/{image_id}``."""
    return {"image": view.full(context, synnefo_image.show(context, image_id))}


def delete(context: RequestContext, image_id: str) -> None:
    """Answer ``DELETE /images/{image_id}``."""
    synnefo_image.delete(context, image_id)


def metadata(context: RequestContext, image_id: str) -> dict[str, Any]:
    """Answer ``GET /images/{image_id}/metadata``."""
    return {"metadata": dict(synnefo_image.show(context, image_id).properties)}
