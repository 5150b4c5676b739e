# SPDX-License-Identifier: Apache-2.0
"""How attachments are shown."""

from __future__ import annotations

from typing import Any

from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_volume import Attachment

CONNECT = "volume:volume:connect"


def brief(attachment: Attachment) -> dict[str, Any]:
    """Show what short lists tell."""
    return {
        "id": attachment.id,
        "status": attachment.status,
        "instance": attachment.instance_id or None,
        "volume_id": attachment.volume_id,
    }


def full(context: RequestContext, attachment: Attachment) -> dict[str, Any]:
    """Show all; what opens the volume to a host only to who may connect one."""
    may_connect = context.cloud.policy.allows(context, CONNECT)
    attached_at, detached_at = attachment.attached_at, attachment.detached_at
    return {
        **brief(attachment),
        "attached_at": iso_naive(attached_at) if attached_at else "",
        "detached_at": iso_naive(detached_at) if detached_at else "",
        "attach_mode": attachment.mode,
        "connection_info": dict(attachment.connection) if may_connect else {},
    }
