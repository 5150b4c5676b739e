# SPDX-License-Identifier: Apache-2.0
"""The network cards of a server, each of them a port.

Source: docs.openstack.org/api-ref/compute, "Port interfaces (servers, os-interface)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.views import interface as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_core.errors import Invalid, NotFound
from synnefo_network import PlugRequest


def index(context: RequestContext, server_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-interface``."""
    ports = synnefo_compute.show_server(context, server_id).ports
    return {"interfaceAttachments": [view.full(port, version) for port in ports]}


def show(context: RequestContext, server_id: str, port_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/os-interface/{port_id}``."""
    for port in synnefo_compute.show_server(context, server_id).ports:
        if port.id == port_id:
            return {"interfaceAttachment": view.full(port, version)}
    noun = "port"
    raise NotFound(noun, port_id)


def create(
    context: RequestContext, server_id: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``POST /servers/{server_id}/os-interface``; the card is there when its port is active."""
    request = _request(body.get("interfaceAttachment", {}))
    port = synnefo_compute.attach_card(context, server_id, request)
    return {"interfaceAttachment": view.full(port, version)}


def _request(asked: dict[str, Any]) -> PlugRequest | None:
    """Return where the card is to be plugged in; None for where there is only one place."""
    if "tag" in asked:
        msg = "network cards can't have tags here"
        raise Invalid(msg)
    network_id, port_id = asked.get("net_id"), asked.get("port_id")
    if network_id and port_id:
        msg = "must not input both network_id and port_id"
        raise Invalid(msg)
    if "fixed_ips" in asked and not network_id:
        msg = "must input network_id when request IP address"
        raise Invalid(msg)
    if not network_id and not port_id:
        return None
    (fixed,) = asked.get("fixed_ips", [{"ip_address": None}])
    return PlugRequest(network_id=network_id, port_id=port_id, fixed_ip=fixed["ip_address"])


def delete(context: RequestContext, server_id: str, port_id: str) -> None:
    """Answer ``DELETE /servers/{server_id}/os-interface/{port_id}``."""
    synnefo_compute.detach_card(context, server_id, port_id)
