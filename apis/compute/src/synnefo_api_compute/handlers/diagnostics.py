# SPDX-License-Identifier: Apache-2.0
"""What is known of a server beside what its owner sees.

Source: docs.openstack.org/api-ref/compute, "Servers diagnostics" and "Servers password".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.views import diagnostics as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version


def show(context: RequestContext, server_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/diagnostics``."""
    return view.full(synnefo_compute.diagnose_server(context, server_id), version)


def show_password(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-server-password``.

    A guest would post it, sealed, to what answers guests with their metadata; that takes none.
    """
    synnefo_compute.show_server(context, server_id)
    return {"password": ""}


def clear_password(context: RequestContext, server_id: str) -> None:
    """Answer ``DELETE /servers/{server_id}/os-server-password``: there is nothing to forget."""
    synnefo_compute.show_server(context, server_id)
