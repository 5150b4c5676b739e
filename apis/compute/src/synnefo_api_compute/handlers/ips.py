# SPDX-License-Identifier: Apache-2.0
"""The addresses of a server, by network.

Source: docs.openstack.org/api-ref/compute, "Servers IPs".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.views import ip as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound


def index(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/ips``."""
    return {"addresses": view.by_network(synnefo_compute.show_server(context, server_id))}


def show(context: RequestContext, server_id: str, network: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/ips/{network}``: a network is called by its name."""
    addresses = view.by_network(synnefo_compute.show_server(context, server_id))
    if network not in addresses:
        noun = "the server's network"
        raise NotFound(noun, network)
    return {network: addresses[network]}
