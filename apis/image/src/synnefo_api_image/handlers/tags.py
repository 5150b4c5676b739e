# SPDX-License-Identifier: Apache-2.0
"""Tags. Source: OpenStack Image API v2, "Image tags"."""

from __future__ import annotations

import synnefo_image
from synnefo_core.context import RequestContext


def add(context: RequestContext, image_id: str, tag: str) -> None:
    """Give an image a tag."""
    synnefo_image.tag(context, image_id, tag)


def remove(context: RequestContext, image_id: str, tag: str) -> None:
    """Take a tag from an image."""
    synnefo_image.untag(context, image_id, tag)
