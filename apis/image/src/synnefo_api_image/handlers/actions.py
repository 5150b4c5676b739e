# SPDX-License-Identifier: Apache-2.0
"""Whether an image can be read. Source: OpenStack Image API v2, "Images", deactivate, reactivate."""

from __future__ import annotations

import synnefo_image
from synnefo_core.context import RequestContext


def deactivate(context: RequestContext, image_id: str) -> None:
    """Keep an image from being read."""
    synnefo_image.deactivate(context, image_id)


def reactivate(context: RequestContext, image_id: str) -> None:
    """Let an image be read again."""
    synnefo_image.reactivate(context, image_id)
