# SPDX-License-Identifier: Apache-2.0
"""How version 2.0 shows servers: Nova's fields of old, and the original's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import synnefo_compute
from synnefo_api_compute.versions import PREFIX as CURRENT
from synnefo_api_compute.views import server as newer
from synnefo_compute import Server
from synnefo_core.clock import iso
from synnefo_core.context import RequestContext
from synnefo_network import Port

PREFIX = "/compute/v2.0"
REFRESH_S = 60

Show = Callable[[RequestContext, Server], dict[str, Any]]

_STATUS = {"SHUTOFF": "STOPPED", "HARD_REBOOT": "REBOOT", "REVERT_RESIZE": "RESIZE"}
"""Nova's words that the original had other words for."""

_LIKE_POWER = frozenset({"RESCUE", "MIGRATING"})
"""Nova's words for what the original showed as running or not."""

_TASKS = {
    synnefo_compute.SPAWNING: "BUILDING",
    synnefo_compute.REBUILDING: "BUILDING",
    synnefo_compute.STARTING: "STARTING",
    synnefo_compute.STOPPING: "STOPPING",
    synnefo_compute.REBOOTING: "REBOOTING",
    synnefo_compute.REBOOTING_HARD: "REBOOTING",
    synnefo_compute.DELETING: "DESTROYING",
    synnefo_compute.RESIZING: "RESIZING",
    synnefo_compute.CONFIRMING: "RESIZING",
    synnefo_compute.REVERTING: "RESIZING",
    synnefo_compute.RESCUING: "RESCUING",
    synnefo_compute.UNRESCUING: "UNRESCUING",
    synnefo_compute.CONNECTING: "CONNECTING",
    synnefo_compute.DISCONNECTING: "DISCONNECTING",
}


def version(context: RequestContext) -> dict[str, Any]:
    """Show the version."""
    href = f"{context.cloud.public_url}{PREFIX}/"
    links = [{"rel": "self", "href": href}]
    return {
        "id": "v2.0",
        "status": "SUPPORTED",
        "updated": "2011-01-21T11:33:21Z",
        "links": links,
        "media-types": [{"base": "application/json", "type": "application/json"}],
    }


def brief(context: RequestContext, server: Server) -> dict[str, Any]:
    """Show id and name."""
    links = _links(context, "servers", server.id)
    return {"id": server.id, "name": server.name, "links": links}


def full(context: RequestContext, server: Server) -> dict[str, Any]:
    """Show all."""
    cloud = context.cloud
    forwarded = synnefo_compute.port_forwarding(cloud, server)
    key_names = [server.key_name] if server.key_name else []
    return {
        **brief(context, server),
        "status": status(server),
        "SNF:task_state": _TASKS.get(server.task_state, ""),
        "progress": 100 if server.launched_at else 0,
        "user_id": server.user_id,
        "tenant_id": server.project_id,
        "shared_to_project": not server.is_hidden,
        "suspended": server.is_suspended,
        "deleted": server.vm_state == synnefo_compute.DELETED,
        "created": iso(server.created_at),
        "updated": iso(server.updated_at),
        "hostId": newer.host_id(server) if server.node else "",
        "flavor": _reference(context, "flavors", server.flavor_id),
        "image": _reference(context, "images", server.image_id) if server.image_id else "",
        "metadata": dict(server.metadata),
        "tags": list(server.tags),
        "key_name": server.key_name or None,
        "SNF:key_names": key_names,
        "config_drive": "True" if server.has_config_drive else "",
        "accessIPv4": server.access_ipv4,
        "accessIPv6": server.access_ipv6,
        "security_groups": newer.groups(server),
        "addresses": addresses(server),
        "attachments": [_card(port) for port in server.ports],
        "volumes": [],
        "diagnostics": diagnostics(server),
        "SNF:fqdn": synnefo_compute.fqdn(cloud, server),
        "SNF:port_forwarding": {
            port: {"host": host, "port": number} for port, (host, number) in forwarded.items()
        },
        "SNF:rescue": server.vm_state == synnefo_compute.RESCUED,
    }


def status(server: Server) -> str:
    """Return the one word for what a server is."""
    word = newer.status(server)
    if word in _LIKE_POWER:
        return "ACTIVE" if server.is_running else "STOPPED"
    return _STATUS.get(word, word)


def diagnostics(server: Server) -> list[dict[str, Any]]:
    """Show the messages about a server: what went wrong last, if something did."""
    if not server.fault:
        return []
    at = iso(server.fault_at)
    return [
        {
            "level": "ERROR",
            "source": "cloud",
            "source_date": at,
            "created": at,
            "message": server.fault,
            "details": None,
        }
    ]


def stats(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Tell where what a server used is found (CYC-036), and after how many seconds there is more."""
    series = f"{context.cloud.public_url}{CURRENT}/servers/{server_id}/snf-stats"
    return {"serverRef": server_id, "refresh": REFRESH_S, "series": series}


def addresses(server: Server) -> dict[str, list[dict[str, Any]]]:
    """Show the addresses by the ids of the networks."""
    found: dict[str, list[dict[str, Any]]] = {}
    for port in server.ports:
        versions = {fixed.ip: fixed.version for fixed in port.fixed_ips}
        told = [(ip, version, "fixed") for ip, version in versions.items()]
        told += [(ip, versions[of], "floating") for of, ip in port.floating_ips]
        found.setdefault(port.network_id, []).extend(
            {"addr": ip, "version": version, "OS-EXT-IPS:type": kind} for ip, version, kind in told
        )
    return found


def _card(port: Port) -> dict[str, Any]:
    """Show a network card; its id is the port's."""
    own = {version: _first(port, version) for version in (4, 6)}
    return {
        "id": port.id,
        "network_id": port.network_id,
        "mac_address": port.mac,
        "ipv4": own[4],
        "ipv6": own[6],
        "OS-EXT-IPS:type": "fixed",
        "firewallProfile": synnefo_compute.firewall_of(port),
    }


def _first(port: Port, ip_version: int) -> str:
    return next((fixed.ip for fixed in port.fixed_ips if fixed.version == ip_version), "")


def _reference(context: RequestContext, noun: str, item_id: str) -> dict[str, Any]:
    return {"id": item_id, "links": _links(context, noun, item_id)[1:]}


def _links(context: RequestContext, noun: str, item_id: str) -> list[dict[str, str]]:
    base = context.cloud.public_url
    return [
        {"rel": "self", "href": f"{base}{PREFIX}/{noun}/{item_id}"},
        {"rel": "bookmark", "href": f"{base}/compute/{noun}/{item_id}"},
    ]
