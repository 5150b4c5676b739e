# SPDX-License-Identifier: Apache-2.0
"""Servers in the original's words: what differs is translated, the rest is version 2.1's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_compute
from synnefo_api_compute import queries
from synnefo_api_compute.handlers import actions, servers
from synnefo_api_compute.legacy import schemas, views
from synnefo_api_compute.versions import RANGE
from synnefo_compute import Selection, Server
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Forbidden, InvalidField, NotFound, Unbuilt

POLL_LIMIT_S = 3600.0
"""So old may be what changes are asked for since."""

_AS = {"start": "os-start", "shutdown": "os-stop"}
"""The original's words for actions, and Nova's."""

_PASSED_ON = frozenset(
    {
        "addFloatingIp",
        "confirmResize",
        "os-getVNCConsole",
        "os-start",
        "os-stop",
        "reboot",
        "removeFloatingIp",
        "rescue",
        "resize",
        "revertResize",
        "unrescue",
    }
)


def version(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /compute/v2.0``."""
    return {"version": views.version(context)}


def index(context: RequestContext, query: dict[str, Any]) -> Reply:
    """Answer ``GET /servers``: ids and names."""
    return _listing(context, query, views.brief)


def detail(context: RequestContext, query: dict[str, Any]) -> Reply:
    """Answer ``GET /servers/detail``."""
    return _listing(context, query, views.full)


def _listing(context: RequestContext, query: Mapping[str, Any], show: views.Show) -> Reply:
    """Show all servers, or those that changed since a moment: 304 when none did."""
    since = queries.moment("changes-since", query)
    if since is not None and not context.now() - POLL_LIMIT_S <= since <= context.now():
        name = "changes-since"
        raise InvalidField(name, f"it is no moment of the last {POLL_LIMIT_S:.0f} seconds")
    found = _all(context, Selection(changed_since=since))
    if since is not None and not found:
        return Reply(status=304)
    return Reply({"servers": [show(context, server) for server in found]})


def _all(context: RequestContext, selection: Selection) -> list[Server]:
    """Return servers page by page: version 2.0 knows no pages."""
    limit = context.cloud.config.compute.page_limit
    found: list[Server] = []
    while True:
        marker = found[-1].id if found else ""
        page = synnefo_compute.list_servers(
            context, limit=limit, marker=marker, selection=selection
        )
        found += page
        if len(page) < limit:
            return found


def create(context: RequestContext, body: dict[str, Any]) -> Reply:
    """Answer ``POST /servers``: with the whole server, and its password."""
    asked = dict(body["server"])
    project = asked.pop("project", context.project_id)
    if project != context.project_id:
        what = "a new server of another project than the token's"
        raise Unbuilt(what)
    is_hidden = not asked.pop("shared_to_project", True)
    for key_name in asked.pop(schemas.KEY_NAMES, []):
        asked["key_name"] = key_name
    made: Any = servers.make(context, {"server": asked}, is_hidden=is_hidden).body
    told = made["server"]
    shown = views.full(context, synnefo_compute.show_server(context, told["id"]))
    password = {"adminPass": told["adminPass"]} if "adminPass" in told else {}
    return Reply({"server": shown | password})


def show(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}``."""
    return {"server": views.full(context, synnefo_compute.show_server(context, server_id))}


def rename(context: RequestContext, server_id: str, body: dict[str, Any]) -> None:
    """Answer ``PUT /servers/{server_id}``."""
    name = body["server"]["name"].strip()
    synnefo_compute.update_server(context, server_id, name=name)


def delete(context: RequestContext, server_id: str) -> None:
    """Answer ``DELETE /servers/{server_id}``."""
    synnefo_compute.delete_server(context, server_id)


def diagnostics(context: RequestContext, server_id: str) -> list[dict[str, Any]]:
    """Answer ``GET /servers/{server_id}/diagnostics``: the messages about it."""
    return views.diagnostics(synnefo_compute.show_server(context, server_id))


def stats(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/stats``: where its figures are; pictures there are none."""
    synnefo_compute.show_server(context, server_id)
    return {"stats": views.stats(context, server_id)}


def addresses(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/ips``: by the networks' ids."""
    return {"addresses": views.addresses(synnefo_compute.show_server(context, server_id))}


def addresses_in(context: RequestContext, server_id: str, network_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/ips/{network_id}``."""
    found = views.addresses(synnefo_compute.show_server(context, server_id))
    if network_id not in found:
        noun = "the server's network"
        raise NotFound(noun, network_id)
    return {"network": {network_id: found[network_id]}}


def dispatch(context: RequestContext, server_id: str, body: dict[str, Any]) -> Reply | None:
    """Answer ``POST /servers/{server_id}/action``."""
    ((name, arguments),) = body.items()
    name = _AS.get(name, name)
    if name == "firewallProfile":
        return _set_firewall(context, server_id, arguments)
    if name == "reassign":
        return _reassign(context, server_id, arguments)
    if name == "suspend":
        synnefo_compute.show_server(context, server_id)
        msg = "only operators suspend servers, by the command line"
        raise Forbidden(msg)
    if name == "console" or (name in actions.ACTIONS and name not in _PASSED_ON):
        what = f"the action {name}"
        raise Unbuilt(what)
    if name in ("os-start", "os-stop"):
        arguments = None  # clients of the original send an empty object
    return actions.dispatch(context, server_id, {name: arguments}, RANGE.minimum)


def _set_firewall(context: RequestContext, server_id: str, arguments: Any) -> Reply:
    context.cloud.policy.require(context, "network:port:update")
    schemas.FIREWALL.check(arguments, prefix="firewallProfile")
    synnefo_compute.set_firewall(context, server_id, arguments["nic"], arguments["profile"])
    return Reply(status=202)


def _reassign(context: RequestContext, server_id: str, arguments: Any) -> Reply:
    context.cloud.policy.require(context, "compute:server:reassign")
    schemas.REASSIGN.check(arguments, prefix="reassign")
    is_shared = arguments.get("shared_to_project")
    is_hidden = None if is_shared is None else not is_shared
    synnefo_compute.reassign_server(context, server_id, arguments["project"], is_hidden=is_hidden)
    return Reply(status=200)
