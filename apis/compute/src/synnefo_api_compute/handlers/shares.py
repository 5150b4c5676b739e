# SPDX-License-Identifier: Apache-2.0
"""File shares of servers: no cluster attaches any.

Source: docs.openstack.org/api-ref/compute, "Servers with shares attachments".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound, Unbuilt


def index(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/shares``."""
    synnefo_compute.show_server(context, server_id)
    return {"shares": []}


def create(context: RequestContext, server_id: str) -> None:
    """Answer ``POST /servers/{server_id}/shares``."""
    synnefo_compute.show_server(context, server_id)
    what = "attaching file shares"
    raise Unbuilt(what)


def show(context: RequestContext, server_id: str, share_id: str) -> None:
    """Answer ``GET`` and ``DELETE /servers/{server_id}/shares/{share_id}``."""
    synnefo_compute.show_server(context, server_id)
    noun = "share"
    raise NotFound(noun, share_id)
