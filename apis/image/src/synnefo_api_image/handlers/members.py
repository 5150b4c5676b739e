# SPDX-License-Identifier: Apache-2.0
"""With whom images are shared. Source: OpenStack Image API v2, "Image sharing"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_image
from synnefo_api_image.views import member as views
from synnefo_core.context import RequestContext


def index(context: RequestContext, image_id: str) -> dict[str, Any]:
    """List an image's members."""
    return views.listed(synnefo_image.list_members(context, image_id))


def add(context: RequestContext, image_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Share an image."""
    return views.shown(synnefo_image.add_member(context, image_id, body["member"]))


def show(context: RequestContext, image_id: str, member_id: str) -> dict[str, Any]:
    """Show a member."""
    return views.shown(synnefo_image.show_member(context, image_id, member_id))


def answer(
    context: RequestContext, image_id: str, member_id: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Accept or reject an image."""
    return views.shown(synnefo_image.answer(context, image_id, member_id, status=body["status"]))


def remove(context: RequestContext, image_id: str, member_id: str) -> None:
    """Share an image no longer."""
    synnefo_image.remove_member(context, image_id, member_id)
