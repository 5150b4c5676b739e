# SPDX-License-Identifier: Apache-2.0
"""Whether a server of some size can begin with an image."""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_image
from synnefo_compute.first_boot import offline
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, NotFound


def require_bootable(
    context: RequestContext, image_id: str, *, ram_mib: int, disk_gib: int
) -> Mapping[str, str]:
    """Return what is said of an image; refuse one of which no server of this size can be made.

    The empty id is no image.

    Raises:
        InvalidField: It is not there, not ready, too large, or asks for what no node can do.
    """
    if not image_id:
        return {}
    name = "imageRef"
    try:
        image = synnefo_image.show(context, image_id)
    except NotFound as cause:
        raise InvalidField(name, f"image {image_id} could not be found") from cause
    if image.status != "active":
        raise InvalidField(name, f"image {image_id} is not active but {image.status}")
    if image.min_ram_mib > ram_mib:
        raise InvalidField("flavorRef", "the flavor's memory is too small for the image")
    if max(image.min_disk_gib, -(-image.size_bytes // 2**30)) > disk_gib:
        raise InvalidField("flavorRef", "the flavor's disk is too small for the image")
    offline.check(image.properties)
    return image.properties
