# SPDX-License-Identifier: Apache-2.0
"""Members in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synnefo_core.clock import iso
from synnefo_image import Member


def shown(member: Member) -> dict[str, Any]:
    """Return a member."""
    return {
        "member_id": member.project_id,
        "image_id": member.image_id,
        "status": member.status,
        "created_at": iso(member.created_at),
        "updated_at": iso(member.updated_at),
        "schema": "/v2/schemas/member",
    }


def listed(members: Sequence[Member]) -> dict[str, Any]:
    """Return an image's members."""
    return {"members": [shown(each) for each in members], "schema": "/v2/schemas/members"}
