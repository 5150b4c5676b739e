# SPDX-License-Identifier: Apache-2.0
"""Volumes as images.

Source: docs.openstack.org/api-ref/block-storage/v3, "Upload volume to image".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume.schemas.body import is_set
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_volume import ImageWish


def upload(context: RequestContext, volume_id: str, asked: Any) -> Reply:
    """Make an image of a volume; the worker registers what the volume holds, and copies nothing."""
    wish = ImageWish(
        name=asked["image_name"],
        disk_format=asked.get("disk_format") or "raw",
        container_format=asked.get("container_format") or "bare",
        visibility=asked.get("visibility", "shared"),
        is_protected=is_set(asked.get("protected", False)),
    )
    is_forced = is_set(asked.get("force", False))
    image = synnefo_volume.upload_to_image(context, volume_id, wish, is_forced=is_forced)
    volume = synnefo_volume.show_volume(context, volume_id)
    shown = {
        "id": volume.id,
        "status": volume.status,
        "size": volume.size_gib,
        "display_description": volume.description or None,
        "updated_at": iso_naive(volume.updated_at),
        "volume_type": None,
        "image_id": image.id,
        "image_name": wish.name,
        "disk_format": wish.disk_format,
        "container_format": wish.container_format,
        "visibility": wish.visibility,
        "protected": wish.is_protected,
    }
    return Reply({"os-volume_upload_image": shown}, status=202)
