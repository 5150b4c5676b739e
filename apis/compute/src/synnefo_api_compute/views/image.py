# SPDX-License-Identifier: Apache-2.0
"""How images are shown to clients of before 2.36."""

from __future__ import annotations

from typing import Any

import synnefo_image
from synnefo_api_compute.versions import PREFIX
from synnefo_core.clock import iso
from synnefo_core.context import RequestContext
from synnefo_image import Image

STATUS = {
    synnefo_image.states.QUEUED: "SAVING",
    synnefo_image.states.SAVING: "SAVING",
    synnefo_image.states.IMPORTING: "SAVING",
    synnefo_image.states.ACTIVE: "ACTIVE",
    synnefo_image.states.DEACTIVATED: "ACTIVE",
}
"""What Nova calls a state; all others are of images that are going."""

_PROGRESS = {"SAVING": 50, "ACTIVE": 100}


def address(context: RequestContext, image_id: str) -> str:
    """Return where an image is found."""
    return f"{context.cloud.public_url}{PREFIX}/images/{image_id}"


def brief(context: RequestContext, image: Image) -> dict[str, Any]:
    """Show id and name."""
    base = context.cloud.public_url
    links = [
        {"rel": "self", "href": address(context, image.id)},
        {"rel": "bookmark", "href": f"{base}/compute/images/{image.id}"},
        {
            "rel": "alternate",
            "type": "application/vnd.openstack.image",
            "href": f"{base}/image/v2/images/{image.id}",
        },
    ]
    return {"id": image.id, "name": image.name, "links": links}


def full(context: RequestContext, image: Image) -> dict[str, Any]:
    """Show all that Nova tells of an image."""
    status = STATUS.get(image.status, "DELETED")
    shown = {
        **brief(context, image),
        "status": status,
        "progress": _PROGRESS.get(status, 0),
        "created": iso(image.created_at),
        "updated": iso(image.updated_at),
        "minDisk": image.min_disk_gib,
        "minRam": image.min_ram_mib,
        "metadata": dict(image.properties),
        "OS-EXT-IMG-SIZE:size": image.size_bytes,
    }
    server_id = image.properties.get("instance_uuid")
    if server_id:
        base = context.cloud.public_url
        shown["server"] = {
            "id": server_id,
            "links": [
                {"rel": "self", "href": f"{base}{PREFIX}/servers/{server_id}"},
                {"rel": "bookmark", "href": f"{base}/compute/servers/{server_id}"},
            ],
        }
    return shown
