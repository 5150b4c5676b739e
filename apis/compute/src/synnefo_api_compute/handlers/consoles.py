# SPDX-License-Identifier: Apache-2.0
"""The consoles of servers.

Source: docs.openstack.org/api-ref/compute, "Server consoles" and "Servers - run an action".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Unbuilt

PROTOCOLS = {
    synnefo_compute.NOVNC: "vnc",
    "xvpvnc": "vnc",
    "spice-html5": "spice",
    "spice-direct": "spice",
    "serial": "serial",
    "webmks": "mks",
}
"""What is spoken at each type of console."""


def get(context: RequestContext, server_id: str, arguments: Any) -> Reply:
    """Answer the actions that older clients get an address by."""
    kind = arguments["type"]
    url = synnefo_compute.open_console(context, server_id, kind)
    return Reply({"console": {"type": kind, "url": url}}, status=200)


def create(context: RequestContext, server_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /servers/{server_id}/remote-consoles``."""
    protocol, kind = body["remote_console"]["protocol"], body["remote_console"]["type"]
    fitting = kind if PROTOCOLS[kind] == protocol else f"{kind} over {protocol}"
    url = synnefo_compute.open_console(context, server_id, fitting)
    return {"remote_console": {"protocol": protocol, "type": kind, "url": url}}


def output(context: RequestContext, server_id: str) -> Reply:
    """Answer the action ``os-getConsoleOutput``: no cluster keeps what its guests print."""
    synnefo_compute.show_server(context, server_id)
    what = "the output of consoles"
    raise Unbuilt(what)
