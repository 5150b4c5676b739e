# SPDX-License-Identifier: Apache-2.0
"""Messages of what went wrong: there are none, for each thing tells itself what did.

Source: docs.openstack.org/api-ref/block-storage/v3, "Messages".
"""

from __future__ import annotations

from typing import Any

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /messages``."""
    context.require_project()
    return {"messages": []}


def missing(message_id: str) -> None:
    """Answer ``GET`` and ``DELETE /messages/{message_id}``."""
    noun = "message"
    raise NotFound(noun, message_id)
